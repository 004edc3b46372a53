/**
 * A process with one singleton role whose acts are lines in a file: fence, holder. It tells its
 * parent of each look at whether it may go on, and holds itself still (SIGSTOP) where it is told
 * to: before that look, or between the look and the act.
 */
import { appendFileSync } from 'node:fs';
import { systemClock } from '../../contract/clock.ts';
import { openEmbeddedDatabase } from '../../origin/embedded.ts';
import { parseEtcdUrl } from '../../origin/lease/etcd-address.ts';
import { createEtcdLease } from '../../origin/lease/etcd-lease.ts';
import type { LeaseStore } from '../../origin/lease/lease.ts';
import { createRedisLease } from '../../origin/lease/redis-lease.ts';
import { startSingleton } from '../../origin/lease/singleton.ts';
import { createSqliteLease } from '../../origin/lease/sqlite-lease.ts';
import { connectRedis } from '../../origin/redis-socket.ts';
import { pause } from '../../origin/timer.ts';

export interface Acting {
  /** `etcd://…`, `redis://…`, or the folder of an embedded database. */
  store: string;
  keyPrefix: string;
  file: string;
  holder: string;
  ttlMs: number;
}

export type StopAt = 'before the look' | 'between look and act';

const given: Acting = JSON.parse(process.argv[2] ?? '');
let stopAt: StopAt | undefined;
let fence = 0;
process.on('message', (wanted: StopAt) => {
  stopAt = wanted;
});
// Nobody is left to tell.
process.on('disconnect', () => process.exit());

const leases = openStore(given);
startSingleton({
  ...{ name: 'role', holder: given.holder, clock: systemClock, leaseTtlMs: given.ttlMs },
  leases: {
    ...leases,
    async acquire(want) {
      const grant = await leases.acquire(want);
      if (grant !== undefined) fence = grant.fence;
      return grant;
    },
  },
  everyMs: 20,
  logger: { info: () => {}, warn: () => {} } as never,
  async round(mayGoOn) {
    for (;;) {
      const wasStopped = stopIf('before the look');
      const may = mayGoOn();
      if (wasStopped) process.send?.({ looked: may });
      if (!may) return;
      const isLate = stopIf('between look and act');
      appendFileSync(given.file, `${fence} ${given.holder}\n`);
      if (isLate) process.send?.({ looked: may });
      await pause(5);
    }
  },
});
process.send?.({ started: true });

function stopIf(here: StopAt): boolean {
  if (stopAt !== here) return false;
  stopAt = undefined;
  process.kill(process.pid, 'SIGSTOP');
  return true;
}

function openStore({ store, keyPrefix }: Acting): LeaseStore {
  if (store.startsWith('etcd:')) {
    const { endpoints } = parseEtcdUrl(store);
    return createEtcdLease({ endpoints, keyPrefix, clock: systemClock });
  }
  if (store.startsWith('redis:')) {
    const redis = connectRedis({ url: store, connectionName: 'acting' });
    return createRedisLease({ redis, keyPrefix });
  }
  return createSqliteLease(openEmbeddedDatabase(store));
}
