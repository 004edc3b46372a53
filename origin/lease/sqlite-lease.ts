/**
 * LeaseStore on the embedded database. One process has the file, so this only keeps two roles of
 * one process apart and gives them their fences; a lease that a killed process left ends by the
 * clock.
 */
import { type Clock, systemClock } from '../../contract/clock.ts';
import type { EmbeddedDatabase } from '../embedded.ts';
import { loadStatement } from '../statements.ts';
import type { LeaseStore } from './lease.ts';

const CREATE_LEASES = loadStatement(new URL('./sql/create-leases.sql', import.meta.url));
const ACQUIRE = loadStatement(new URL('./sql/acquire.sql', import.meta.url));
const RENEW = loadStatement(new URL('./sql/renew.sql', import.meta.url));
const RELEASE = loadStatement(new URL('./sql/release.sql', import.meta.url));

/** Makes its table itself. */
export function createSqliteLease(
  database: EmbeddedDatabase,
  clock: Clock = systemClock,
): LeaseStore {
  database.raw.exec(CREATE_LEASES);
  const acquire = database.raw.prepare(ACQUIRE);
  const renew = database.raw.prepare(RENEW);
  const release = database.raw.prepare(RELEASE);

  return {
    acquire: ({ name, holder, ttlMs }) =>
      database.write(() => {
        const nowMs = clock.nowMs();
        const expiresAtMs = nowMs + ttlMs;
        const row = acquire.get({ name, holder, ends_at_ms: expiresAtMs, now_ms: nowMs });
        return row && { name, holder, fence: Number(row.fence), expiresAtMs };
      }),
    renew: (grant, ttlMs) =>
      database.write(() => {
        const { name, holder, fence } = grant;
        const nowMs = clock.nowMs();
        const expiresAtMs = nowMs + ttlMs;
        const times = { ends_at_ms: expiresAtMs, now_ms: nowMs };
        const { changes } = renew.run({ name, holder, fence, ...times });
        return changes === 1 ? { ...grant, expiresAtMs } : undefined;
      }),
    release: ({ name, holder, fence }) =>
      database.write(() => {
        release.run({ name, holder, fence });
      }),
    async ping() {
      if (!database.raw.isOpen) throw new Error('the embedded database is closed');
    },
    // The database belongs to whoever opened it.
    close: async () => {},
  };
}
