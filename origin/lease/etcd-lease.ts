/**
 * LeaseStore on etcd. Whoever makes the holder's key has the role, for as long as the key's etcd
 * lease is kept alive; the fence is the revision of that write. Nobody passes those who wait in
 * line (etcd-line.ts): a free role goes to the first of them. A lost answer is harmless: asked
 * again, the holder finds its own key, and an etcd lease that nobody knows of ends by itself.
 */
import type { Clock } from '../../contract/clock.ts';
import { createEtcdClient, type EtcdClient, type EtcdClientOptions } from './etcd-client.ts';
import { type EtcdLeaseKeys, etcdLeaseKeys } from './etcd-keys.ts';
import { createAwaitTurn } from './etcd-line.ts';
import {
  type EtcdKey,
  grantLease,
  holds,
  isAsWritten,
  isEmpty,
  isMissing,
  isNoneBefore,
  keepLeaseAlive,
  put,
  read,
  readOne,
  remove,
  revokeLease,
  secondsOf,
  transact,
} from './etcd-requests.ts';
import type { LeaseGrant, LeaseStore } from './lease.ts';

export interface EtcdLeaseOptions extends EtcdClientOptions {
  keyPrefix: string;
  /** etcd tells no time: a grant ends by the caller's clock, no later than etcd ends it. */
  clock: Clock;
}

export function createEtcdLease({ keyPrefix, clock, ...options }: EtcdLeaseOptions): LeaseStore {
  const etcd = createEtcdClient(options);
  const keysOf = (name: string) => etcdLeaseKeys(keyPrefix, name);

  return {
    async acquire({ name, holder, ttlMs }) {
      const askedAtMs = clock.nowMs();
      const keys = keysOf(name);
      const seen = await lookAt(etcd, keys, holder);
      if (!mayHave(seen, holder)) return undefined;
      const fence = await take(etcd, { keys, holder, ttlMs, seen });
      if (fence === undefined) return undefined;
      return { name, holder, fence, expiresAtMs: askedAtMs + ttlMs };
    },
    async renew(grant, ttlMs) {
      const askedAtMs = clock.nowMs();
      const isKept = await keep(etcd, { keys: keysOf(grant.name), grant, ttlMs });
      return isKept ? { ...grant, expiresAtMs: askedAtMs + ttlMs } : undefined;
    },
    async release(grant) {
      const keys = keysOf(grant.name);
      const { found } = await transact(etcd, {
        compare: isGrant(keys, grant),
        success: [remove(keys.holder)],
      });
      await revokeLease(etcd, found[0]?.[0]?.lease);
    },
    awaitTurn: createAwaitTurn(etcd, keysOf),
    async ping() {
      await transact(etcd, { success: [read(keysOf('ping').fence)] });
    },
    async close() {
      etcd.close();
    },
  };
}

/** What a role's keys were at one moment. */
interface Seen {
  held: EtcdKey | undefined;
  /** Who has waited longest. */
  first: EtcdKey | undefined;
  /** The place in line of the one who looks. */
  place: EtcdKey | undefined;
}

async function lookAt(etcd: EtcdClient, keys: EtcdLeaseKeys, holder: string): Promise<Seen> {
  const { found } = await transact(etcd, {
    success: [read(keys.holder), readOne(keys.waiting, 'first'), read(keys.placeOf(holder))],
  });
  const [held, first, place] = found.map(([key]) => key);
  return { held, first, place };
}

function mayHave({ held, first, place }: Seen, holder: string): boolean {
  if (held !== undefined) return held.value === holder;
  return first === undefined || first.key === place?.key;
}

/** The new fence, or undefined when somebody else was faster. */
async function take(
  etcd: EtcdClient,
  want: { keys: EtcdLeaseKeys; holder: string; ttlMs: number; seen: Seen },
): Promise<number | undefined> {
  const { keys, holder, ttlMs, seen } = want;
  const { held, place } = seen;
  const lease = await grantLease(etcd, ttlMs);
  const nobodyBefore =
    place === undefined ? isEmpty(keys.waiting) : isNoneBefore(keys.waiting, place.create_revision);
  const { succeeded, revision, found } = await transact(etcd, {
    compare:
      held === undefined
        ? [isMissing(keys.holder), nobodyBefore]
        : [isAsWritten(keys.holder, held.mod_revision)],
    success: [
      put(keys.holder, holder, lease),
      put(keys.fence, holder),
      ...(place === undefined ? [] : [remove(place.key)]),
    ],
    failure: [read(keys.holder)],
  });
  const now = succeeded ? undefined : found[0]?.[0];
  // Done before, with an answer that was lost on its way.
  const wasDone = now?.lease === lease;
  if (!succeeded && !wasDone) {
    await revokeLease(etcd, lease);
    return undefined;
  }
  await Promise.all([revokeLease(etcd, held?.lease), revokeLease(etcd, place?.lease)]);
  return now?.mod_revision ?? revision;
}

async function keep(
  etcd: EtcdClient,
  want: { keys: EtcdLeaseKeys; grant: LeaseGrant; ttlMs: number },
): Promise<boolean> {
  const { keys, grant, ttlMs } = want;
  const compare = isGrant(keys, grant);
  const { succeeded, found } = await transact(etcd, { compare, success: [read(keys.holder)] });
  const old = found[0]?.[0]?.lease;
  if (!succeeded || old === undefined) return false;
  // The key lives on this lease, unless this holder itself has put it on another.
  const seconds = await keepLeaseAlive(etcd, old);
  if (seconds === 0) return false;
  if (seconds >= secondsOf(ttlMs)) return true;

  const longer = await grantLease(etcd, ttlMs);
  const moved = await transact(etcd, {
    compare,
    success: [put(keys.holder, grant.holder, longer)],
  });
  await revokeLease(etcd, moved.succeeded ? old : longer);
  return moved.succeeded;
}

/** Whether this very grant is the present one. */
function isGrant(keys: EtcdLeaseKeys, { holder, fence }: LeaseGrant): object[] {
  return [holds(keys.holder, holder), isAsWritten(keys.fence, fence)];
}
