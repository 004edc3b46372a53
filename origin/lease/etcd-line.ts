/**
 * The line of those who wait for a role in etcd: a key each, on an etcd lease of its own, in the
 * order in which they were made. Each watches only the key before it, so that one that goes wakes
 * one, however many wait. Who dies in line leaves it when its etcd lease ends; who was behind it
 * then watches the next one. A watch is not trusted for long: a member that is cut off from the
 * others would say nothing for ever.
 */
import type { EtcdClient } from './etcd-client.ts';
import type { EtcdLeaseKeys } from './etcd-keys.ts';
import {
  base64,
  type EtcdKey,
  grantLease,
  isMissing,
  keepLeaseAlive,
  put,
  read,
  readOne,
  revokeLease,
  transact,
} from './etcd-requests.ts';
import type { LeaseStore } from './lease.ts';

/** The place is kept, and the line looked at, this many times in the life of a lease. */
const LOOKS = 3;

type AwaitTurn = NonNullable<LeaseStore['awaitTurn']>;

interface Place {
  key: string;
  /** The etcd lease that it is on. */
  lease: string;
  /** The order in line. */
  revision: number;
}

export function createAwaitTurn(
  etcd: EtcdClient,
  keysOf: (name: string) => EtcdLeaseKeys,
): AwaitTurn {
  return async ({ name, holder, ttlMs }, signal) => {
    const keys = keysOf(name);
    let place: Place | undefined;
    try {
      while (!signal.aborted) {
        const isKept = place !== undefined && (await keepLeaseAlive(etcd, place.lease)) > 0;
        if (place === undefined || !isKept) place = await lineUp(etcd, keys.placeOf(holder), ttlMs);
        const { isLost, before, revision } = await lookBefore(etcd, keys, { holder, place });
        if (isLost) place = undefined;
        else if (before === undefined) return;
        else await watchGoing(etcd, { key: before.key, revision, forMs: ttlMs / LOOKS, signal });
      }
    } finally {
      // Nobody behind has to wait for what is left of its time.
      if (signal.aborted) await leaveLine(etcd, keys.placeOf(holder), place);
    }
  };
}

/** Takes the last place, or finds the one that was taken by a call whose answer was lost. */
async function lineUp(etcd: EtcdClient, key: string, ttlMs: number): Promise<Place> {
  const lease = await grantLease(etcd, ttlMs);
  const { succeeded, revision, found } = await transact(etcd, {
    compare: [isMissing(key)],
    success: [put(key, '', lease)],
    failure: [read(key)],
  });
  const there = found[0]?.[0];
  if (succeeded || there === undefined) return { key, lease, revision };
  if (there.lease !== lease) {
    await revokeLease(etcd, lease);
    await keepLeaseAlive(etcd, there.lease);
  }
  return { key, lease: there.lease, revision: there.create_revision };
}

/** Also a place of an earlier call, whose turn had come, or that was taken without an answer. */
async function leaveLine(
  etcd: EtcdClient,
  key: string,
  place: Pick<Place, 'lease'> | undefined,
): Promise<void> {
  if (place !== undefined) return revokeLease(etcd, place.lease);
  const left = await transact(etcd, { success: [read(key)] }).catch(() => undefined);
  await revokeLease(etcd, left?.found[0]?.[0]?.lease);
}

/**
 * What has to go before it is this one's turn: the place ahead, or else the holder. Nothing when it
 * has the role itself, by a grant whose answer was lost: all others wait for it to ask again.
 */
async function lookBefore(
  etcd: EtcdClient,
  keys: EtcdLeaseKeys,
  { holder, place }: { holder: string; place: Place },
): Promise<{ isLost: boolean; before: EtcdKey | undefined; revision: number }> {
  const { found, revision } = await transact(etcd, {
    success: [
      read(place.key),
      readOne(keys.waiting, { lastBefore: place.revision }),
      read(keys.holder),
    ],
  });
  const [own, ahead, held] = found.map(([key]) => key);
  const before = held?.value === holder ? undefined : (ahead ?? held);
  return { isLost: own === undefined, before, revision };
}

async function watchGoing(
  etcd: EtcdClient,
  want: { key: string; revision: number; forMs: number; signal: AbortSignal },
): Promise<void> {
  const { key, revision, forMs, signal } = want;
  const create = { key: base64(key), start_revision: String(revision + 1), filters: ['NOPUT'] };
  await etcd.watch(create, { forMs, signal });
}
