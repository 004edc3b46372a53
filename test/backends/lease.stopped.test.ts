/**
 * A holder that is held still (SIGSTOP) for longer than its lease, while another takes over: woken,
 * it makes no act, unless it was stopped in the one place that no clock can guard: between its look
 * and its act. That act is late, once, and known by its fence.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Acting, StopAt } from './lease.acting.ts';
import { describeWithEtcd, type OwnEtcd, startOwnEtcd, until } from './own-etcd.ts';
import { describeWithRedis, forgetKeys, freshKeyPrefix, redisUrl } from './redis.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-acting-'));
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Act {
  fence: number;
  holder: string;
}

interface Trial extends Omit<Acting, 'holder'> {
  start(holder: string): Promise<ChildProcess>;
  acts(): Act[];
  /** Waits until somebody has acted, after so many acts. */
  actBy(holder: string, after?: number): Promise<void>;
}

function trialOf(given: Omit<Acting, 'holder' | 'file'>): Trial {
  const file = join(folder, crypto.randomUUID());
  writeFileSync(file, '');
  const acts = () =>
    readFileSync(file, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split(' '))
      .map(([fence, holder = '']) => ({ fence: Number(fence), holder }));
  return {
    ...{ ...given, file, acts },
    async start(holder) {
      const acting: Acting = { ...given, file, holder };
      const program = join(import.meta.dirname, 'lease.acting.ts');
      const child = fork(program, [JSON.stringify(acting)], {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      children.push(child);
      let said = '';
      child.stderr?.on('data', (text: Buffer) => {
        said += text;
      });
      const ended = once(child, 'exit').then(() => {
        throw new Error(`it ended: ${said}`);
      });
      await Promise.race([once(child, 'message'), ended]);
      ended.catch(() => undefined);
      return child;
    },
    actBy: (holder, after = 0) =>
      until(
        () =>
          acts()
            .slice(after)
            .some((act) => act.holder === holder),
        `an act by ${holder}`,
      ),
  };
}

/** Acts after one by a later grant. Where a machine stood still, grants may go to and fro. */
function late(acts: readonly Act[]): Act[] {
  const fences = acts.map(({ fence }) => fence);
  return acts.filter(({ fence }, index) => fence < Math.max(...fences.slice(0, index)));
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Ann is stopped, bob takes over, ann is woken; what was done since bob's first act. */
async function stopped(trial: Trial, where: StopAt) {
  const ann = await trial.start('ann');
  await trial.actBy('ann');
  await trial.start('bob');
  ann.send(where);
  await trial.actBy('bob');
  const looked = once(ann, 'message');
  ann.kill('SIGCONT');
  const [{ looked: mayGoOn }] = await looked;
  // Long enough for whatever ann still had to do.
  const then = trial.acts().length;
  await until(() => trial.acts().length > then + 50, 'bob goes on');
  const acts = trial.acts();
  return { mayGoOn, acts, since: acts.slice(acts.findIndex(({ holder }) => holder === 'bob')) };
}

function exerciseStopped(open: () => Omit<Acting, 'holder' | 'file'>): void {
  test('stopped before its look, it makes no act after another’s first', async () => {
    const { mayGoOn, acts, since } = await stopped(trialOf(open()), 'before the look');
    expect(mayGoOn).toBe(false);
    expect(late(acts)).toEqual([]);
    expect(since[0]?.fence).toBeGreaterThan(acts[0]?.fence ?? Number.NaN);
  });

  test('stopped between look and act, it makes one act late, and the fence tells', async () => {
    const { acts, since } = await stopped(trialOf(open()), 'between look and act');
    expect(late(acts).map(({ holder }) => holder)).toEqual(['ann']);
    expect(since).toEqual(expect.arrayContaining(late(acts)));
  });

  test('killed, it is followed by another once its lease is over', async () => {
    const trial = trialOf(open());
    const ann = await trial.start('ann');
    await trial.actBy('ann');
    await trial.start('bob');
    await kill(ann);
    const done = trial.acts().length;
    await trial.actBy('bob', done);
    expect(
      trial
        .acts()
        .slice(done)
        .every(({ holder }) => holder === 'bob'),
    ).toBe(true);
    await trial.start('ann');
    await until(() => trial.acts().length > done + 50, 'bob goes on');
    expect(late(trial.acts())).toEqual([]);
  });
}

describeWithEtcd('with etcd', () => {
  let etcd: OwnEtcd;
  beforeAll(async () => {
    etcd = await startOwnEtcd();
  });
  afterAll(() => etcd.remove());

  exerciseStopped(() => ({
    store: `etcd://${etcd.endpoints[0]}`,
    keyPrefix: `${crypto.randomUUID()}:`,
    ttlMs: 2_000,
  }));

  test('etcd away for longer than the lease: nobody acts, then exactly one does', async () => {
    const trial = trialOf({
      store: `etcd://${etcd.endpoints[0]}`,
      keyPrefix: 'away:',
      ttlMs: 2_000,
    });
    await trial.start('ann');
    await trial.actBy('ann');
    await trial.start('bob');
    await etcd.members[0]?.kill();
    let done = -1;
    await until(async () => {
      const before = done;
      done = trial.acts().length;
      await new Promise((resolve) => setTimeout(resolve, 500));
      return done === before && trial.acts().length === done;
    }, 'the end of all acts');
    await etcd.members[0]?.start();
    await until(() => trial.acts().length > done + 50, 'somebody acts again');
    const fences = trial.acts().map(({ fence }) => fence);
    expect(fences, 'each act has the fence of the one before or a higher one').toEqual(
      fences.toSorted((left, right) => left - right),
    );
    const since = trial.acts().slice(done);
    expect(new Set(since.map(({ fence, holder }) => `${fence} ${holder}`)).size).toBe(1);
  });
});

describeWithRedis('with redis', () => {
  const keyPrefix = freshKeyPrefix();
  afterAll(() => forgetKeys(keyPrefix));
  exerciseStopped(() => ({
    store: redisUrl,
    keyPrefix: `${keyPrefix}${crypto.randomUUID()}:`,
    ttlMs: 1_000,
  }));
});

describe('embedded', () => {
  test('a stopped process keeps its file: nobody takes over before it is ended', async () => {
    const trial = trialOf({ store: join(folder, 'embedded'), keyPrefix: '', ttlMs: 1_000 });
    const ann = await trial.start('ann');
    await trial.actBy('ann');
    ann.kill('SIGSTOP');
    await expect(trial.start('bob')).rejects.toThrow(/another process has the data/);
    const [first] = trial.acts();
    await kill(ann);
    const done = trial.acts().length;
    await trial.start('bob');
    await trial.actBy('bob', done);
    expect(trial.acts().at(-1)?.fence).toBeGreaterThan(first?.fence ?? Number.NaN);
  });
});
