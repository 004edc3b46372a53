/**
 * A lease that is granted to whoever asks while the lease store gives no answer: it often is the
 * stock store's own server, and then nobody could say that this one is away. Only for rounds that
 * are harmless when several run them at once; whoever is granted such a lease is told that it may
 * not be alone. A process that is cut off by itself from both stores takes the sales over too.
 */
import type { LeaseGrant, LeaseStore } from '../lease/lease.ts';
import { within } from './within.ts';

/** An answer that takes longer than this part of a lease's life leaves too little of it to act. */
const ANSWER_PART = 0.25;
/** Real ones begin with 1. */
const NO_FENCE = 0;

export interface OutageLease extends LeaseStore {
  /** Whether the last grant was made up here. */
  isMadeUp(): boolean;
}

export function createOutageLease(leases: LeaseStore, nowMs: () => number): OutageLease {
  let madeUp = false;

  async function grantOf(
    question: Promise<LeaseGrant | undefined>,
    { name, holder, ttlMs }: { name: string; holder: string; ttlMs: number },
  ): Promise<LeaseGrant | undefined> {
    try {
      const grant = await within(question, {
        limitMs: ttlMs * ANSWER_PART,
        who: 'the lease store',
      });
      madeUp = false;
      return grant;
    } catch {
      madeUp = true;
      return { name, holder, fence: NO_FENCE, expiresAtMs: nowMs() + ttlMs };
    }
  }

  return {
    acquire: (want) => grantOf(leases.acquire(want), want),
    renew(grant, ttlMs) {
      const want = { name: grant.name, holder: grant.holder, ttlMs };
      const isReal = grant.fence !== NO_FENCE;
      return grantOf(isReal ? leases.renew(grant, ttlMs) : leases.acquire(want), want);
    },
    async release(grant) {
      if (grant.fence !== NO_FENCE) await leases.release(grant);
    },
    isMadeUp: () => madeUp,
    ping: leases.ping,
    close: leases.close,
  };
}
