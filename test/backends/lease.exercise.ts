/** The suite that every LeaseStore adapter must pass, one test for each promise of the port. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LeaseGrant, LeaseStore } from '../../origin/lease/lease.ts';
import { until } from './own-etcd.ts';

/** Long enough that no test outlives it by chance. */
const LONG_MS = 60_000;
/** Short enough to wait for, long enough for two calls on a machine that does not stand still. */
const SHORT_MS = 300;

export interface OpenLease {
  lease: LeaseStore;
  /** Lets the store's own clock go on. */
  passTime(durationMs: number): Promise<void>;
  /** The store's own clock. */
  nowMs(): Promise<number>;
  /** How many wait in line, where the store keeps one. */
  inLine?(name: string): Promise<number>;
  close(): Promise<void>;
}

/** One lease name of its own on a store under test. */
interface Trial extends Omit<OpenLease, 'close'> {
  name: string;
  ask(holder: string, ttlMs?: number): Promise<LeaseGrant | undefined>;
  /** Like `ask`; throws when it is not granted. */
  get(holder: string, ttlMs?: number): Promise<LeaseGrant>;
  /** A short grant of ann's, and what came of a call while it was in force. */
  inTime(
    call: (grant: LeaseGrant) => Promise<LeaseGrant | undefined>,
  ): Promise<[LeaseGrant, LeaseGrant | undefined]>;
}

export function exerciseLease(name: string, open: () => Promise<OpenLease>): void {
  describe(`the lease store on ${name}`, () => {
    let opened: OpenLease;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    for (const { promise, check } of leasePromises) test(promise, () => check(trialOf(opened)));
  });
}

function trialOf(opened: OpenLease): Trial {
  const name = `role-${crypto.randomUUID()}`;
  const ask = (holder: string, ttlMs = LONG_MS) => opened.lease.acquire({ name, holder, ttlMs });
  const get: Trial['get'] = async (holder, ttlMs) => {
    const grant = await ask(holder, ttlMs);
    if (grant === undefined) throw new Error(`${holder} was not granted ${name}`);
    return grant;
  };
  return {
    ...opened,
    name,
    ask,
    get,
    async inTime(call) {
      for (;;) {
        const grant = await get('ann', SHORT_MS);
        const outcome = await call(grant);
        if ((await opened.nowMs()) < grant.expiresAtMs) return [grant, outcome];
        // The machine stood still for so long that it says nothing.
        if (outcome !== undefined) await opened.lease.release(outcome);
        else await opened.passTime(SHORT_MS + 40);
      }
    },
  };
}

const leasePromises: readonly { promise: string; check(trial: Trial): Promise<void> }[] = [
  {
    promise: 'one holder at a time',
    async check({ ask }) {
      const answers = await Promise.all(['ann', 'bob', 'cleo', 'dan'].map((holder) => ask(holder)));
      expect(answers.filter((grant) => grant !== undefined)).toHaveLength(1);
    },
  },
  {
    promise: 'a grant says what was granted and until when, by the clock of the store',
    async check({ name, get, nowMs }) {
      const before = await nowMs();
      const grant = await get('ann smith', 5_000);
      expect(grant).toMatchObject({ name, holder: 'ann smith' });
      expect(grant.expiresAtMs).toBeGreaterThanOrEqual(before + 5_000);
      expect(grant.expiresAtMs).toBeLessThanOrEqual((await nowMs()) + 5_000);
    },
  },
  {
    promise: 'names do not mix',
    async check({ lease, name, get }) {
      await get('ann');
      const other = await lease.acquire({
        name: `${name}-2`,
        holder: 'bob',
        ttlMs: LONG_MS,
      });
      expect(other?.holder).toBe('bob');
    },
  },
  {
    promise: 'the holder asking again gets a higher fence, and its old grant is lost',
    async check({ lease, get }) {
      const first = await get('ann');
      const second = await get('ann');
      expect(second.fence).toBeGreaterThan(first.fence);
      expect(await lease.renew(first, LONG_MS)).toBeUndefined();
      expect(await lease.renew(second, LONG_MS)).toBeDefined();
    },
  },
  {
    promise: 'the fence grows after a release and after an expiry',
    async check({ lease, get, passTime }) {
      const first = await get('ann');
      await lease.release(first);
      const second = await get('bob', SHORT_MS);
      expect(second.fence).toBeGreaterThan(first.fence);
      await passTime(SHORT_MS + 40);
      const third = await get('ann');
      expect(third.fence).toBeGreaterThan(second.fence);
    },
  },
  {
    promise: 'an expired grant goes to whoever asks next and cannot be renewed',
    async check({ lease, get, inTime, ask, passTime }) {
      const [first, other] = await inTime(() => ask('bob'));
      expect(other).toBeUndefined();
      await passTime(SHORT_MS + 40);
      expect(await lease.renew(first, LONG_MS)).toBeUndefined();
      const second = await get('bob');
      expect(await lease.renew(first, LONG_MS)).toBeUndefined();
      expect(await lease.renew(second, LONG_MS)).toBeDefined();
    },
  },
  {
    promise: 'renewing prolongs from now and keeps the fence',
    async check({ lease, name, ask, inTime, passTime }) {
      const [first, renewed] = await inTime((grant) => lease.renew(grant, LONG_MS));
      expect(renewed).toMatchObject({ name, holder: 'ann', fence: first.fence });
      expect(renewed?.expiresAtMs).toBeGreaterThan(first.expiresAtMs);
      await passTime(SHORT_MS + 40);
      expect(await ask('bob')).toBeUndefined();
    },
  },
  {
    promise: 'releasing frees the name; releasing a lost grant does nothing',
    async check({ lease, ask, get }) {
      const first = await get('ann');
      await lease.release(first);
      const second = await get('bob');
      await lease.release(first);
      await lease.release({ ...second, holder: 'ann' });
      await lease.release({ ...second, fence: second.fence - 1 });
      expect(await ask('cleo')).toBeUndefined();
      expect(await lease.renew(second, LONG_MS)).toBeDefined();
    },
  },
  {
    promise: 'a grant that was given up cannot be renewed',
    async check({ lease, get }) {
      const grant = await get('ann');
      await lease.release(grant);
      expect(await lease.renew(grant, LONG_MS)).toBeUndefined();
    },
  },
  {
    promise: 'of many who ask in turns somebody has it within a round of asking, again and again',
    async check({ lease, name, ask }) {
      const holders = ['ann', 'bob', 'cleo'];
      const fences: number[] = [];
      for (let round = 0; round < 5; round += 1) {
        const asked = await Promise.all(holders.map((holder) => ask(holder)));
        const [grant, ...others] = asked.filter((answer) => answer !== undefined);
        if (grant === undefined) throw new Error(`nobody was granted ${name}`);
        expect(others).toEqual([]);
        fences.push(grant.fence);
        await lease.release(grant);
      }
      expect(fences).toEqual([...new Set(fences)].toSorted((left, right) => left - right));
    },
  },
  {
    promise: 'a line, where the store keeps one: turns come in the order of waiting',
    async check({ lease, name, ask, get, inLine }) {
      if (lease.awaitTurn === undefined) return;
      let held = await get('ann');
      const turns: string[] = [];
      const stopping = new AbortController();
      const waiting: Promise<void>[] = [];
      for (const holder of ['bob', 'cleo', 'dan']) {
        const want = { name, holder, ttlMs: LONG_MS };
        const turn = lease.awaitTurn(want, stopping.signal).then(() => void turns.push(holder));
        waiting.push(turn);
        await until(async () => (await inLine?.(name)) === waiting.length, 'a place in line');
      }
      for (const [index, holder] of ['bob', 'cleo', 'dan'].entries()) {
        expect(turns).toHaveLength(index);
        await lease.release(held);
        await waiting[index];
        expect(turns.at(-1)).toBe(holder);
        expect(await ask('eve'), 'nobody passes who waits').toBeUndefined();
        held = await get(holder);
      }
      await lease.release(held);
      expect(await ask('eve'), 'the line is empty again').toBeDefined();
    },
  },
  {
    promise: 'a line, where the store keeps one: who does not take its turn can give it up',
    async check({ lease, name, get, inLine }) {
      if (lease.awaitTurn === undefined) return;
      const held = await get('ann');
      const bob = { name, holder: 'bob', ttlMs: LONG_MS };
      const turn = lease.awaitTurn(bob, new AbortController().signal);
      await until(async () => (await inLine?.(name)) === 1, 'a place in line');
      await lease.release(held);
      await turn;
      await lease.awaitTurn(bob, AbortSignal.abort());
      expect(await inLine?.(name)).toBe(0);
      await get('cleo');
    },
  },
  {
    promise: 'a healthy store answers a ping',
    async check({ lease }) {
      await lease.ping();
    },
  },
];
