/**
 * An etcd of a test's own on free ports, one member or three, that it may kill, hold still and
 * start again with its data. A machine without etcd skips on a laptop and fails in CI.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe } from 'vitest';
import { createEtcdClient, type EtcdClient } from '../../origin/lease/etcd-client.ts';
import { etcdLeaseKeys } from '../../origin/lease/etcd-keys.ts';
import { base64 } from '../../origin/lease/etcd-requests.ts';
import { freePort } from '../flow/shop.ts';
import { startServer } from '../stack/commands.ts';
import { createEtcdServer } from '../stack/etcd.ts';
import { becomesTrue, findProgram, runningPid, signalProcess } from '../stack/processes.ts';

const available = (await findProgram('etcd')) !== undefined;
if (!available && process.env.CI) throw new Error('etcd is not installed');

/** `describe` that says why when it skips. */
export function describeWithEtcd(name: string, define: () => void): void {
  if (available) describe(name, define);
  else describe.skip(`${name} (skipped: etcd is not installed)`, define);
}

/** What is this short is a test's, and waited for by `untilShortLeasesEnd`. */
const SHORT_SECONDS = 5;
export const KEY_PREFIX = 'sluice:';
const END_LIMIT_MS = 10_000;
const PATIENCE_MS = 60_000;

export interface EtcdMember {
  endpoint: string;
  start(): Promise<void>;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
}

export interface OwnEtcd {
  /** `host:port` each. */
  endpoints: string[];
  members: EtcdMember[];
  client: EtcdClient;
  remove(): Promise<void>;
}

export async function startOwnEtcd({ members: count = 1 } = {}): Promise<OwnEtcd> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sluice-etcd-'));
  const host = '127.0.0.1';
  const places = [];
  for (let index = 0; index < count; index += 1) {
    const [port, peerPort] = [await freePort(), await freePort()];
    places.push({ name: `m${index}`, folder: path.join(folder, `m${index}`), port, peerPort });
  }
  const all = places.map(({ name, peerPort }) => `${name}=http://${host}:${peerPort}`).join(',');
  const members = places.map((place) => {
    const cluster = { name: place.name, members: all };
    return memberOf(createEtcdServer({ ...place, host, cluster }), `${host}:${place.port}`);
  });
  // One alone of three is not healthy.
  await Promise.all(members.map((member) => member.start()));
  const endpoints = members.map(({ endpoint }) => endpoint);
  const client = createEtcdClient({ endpoints });
  return {
    ...{ endpoints, members, client },
    async remove() {
      client.close();
      await Promise.all(members.map((member) => member.kill()));
      await rm(folder, { recursive: true });
    },
  };
}

function memberOf(server: ReturnType<typeof createEtcdServer>, endpoint: string): EtcdMember {
  const { folder } = server;
  return {
    endpoint,
    start: () => startServer(server),
    async kill() {
      signalProcess(folder, 'SIGKILL');
      const ended = await becomesTrue(async () => runningPid(folder) === undefined, END_LIMIT_MS);
      if (!ended) throw new Error(`the etcd in ${folder} did not end`);
    },
    signal: (name) => signalProcess(folder, name),
  };
}

/** Waits until this is true, for as long as a busy machine may take. */
export async function until(isTrue: () => boolean | Promise<boolean>, what = 'it'): Promise<void> {
  const ask = async () => isTrue();
  if (!(await becomesTrue(ask, PATIENCE_MS))) throw new Error(`${what} did not come true`);
}

/** etcd's own clock has gone on: whatever was to end within seconds has ended. */
export async function untilShortLeasesEnd(endpoint: string): Promise<void> {
  await until(async () => {
    const { leases = [] } = (await ask(endpoint, 'lease/leases', {})) as {
      leases?: { ID: string }[];
    };
    const lives = await Promise.all(
      leases.map(({ ID }) => ask(endpoint, 'lease/timetolive', { ID }) as Promise<Life>),
    );
    // One that ended between the two questions has none.
    return !lives.some(({ grantedTTL = '0' }) => isShort(Number(grantedTTL)));
  }, 'the end of short leases');
}

interface Life {
  grantedTTL?: string;
}
const isShort = (seconds: number) => seconds > 0 && seconds <= SHORT_SECONDS;

async function ask(endpoint: string, question: string, body: object): Promise<unknown> {
  const answer = await fetch(`http://${endpoint}/v3/${question}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  return answer.json();
}

/** How many wait for the role. */
export async function lengthOfLine(etcd: OwnEtcd, name: string): Promise<number> {
  const { waiting } = etcdLeaseKeys(KEY_PREFIX, name);
  const end = `${waiting.slice(0, -1)}0`;
  const range = { key: base64(waiting), range_end: base64(end), count_only: true };
  const { count = '0' } = (await etcd.client.ask('kv/range', range)) as { count?: string };
  return Number(count);
}

/** The sum of one of etcd's own counters over the methods that `labels` names. */
export async function counterOf(endpoint: string, name: string, labels: RegExp): Promise<number> {
  const text = await (await fetch(`http://${endpoint}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) && labels.test(line));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
