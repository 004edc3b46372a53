/**
 * Lease: who runs a singleton role. Each grant carries a fencing number that only grows, so that a
 * holder that slept through its lease can be told from its successor.
 */
export interface LeaseGrant {
  name: string;
  holder: string;
  /** Larger than that of every earlier grant of this name. */
  fence: number;
  expiresAtMs: number;
}

export interface LeaseStore {
  /** Undefined when somebody else holds it. The holder itself gets a new, higher fence. */
  acquire(want: { name: string; holder: string; ttlMs: number }): Promise<LeaseGrant | undefined>;
  /** Prolongs; undefined when the grant was lost meanwhile. */
  renew(grant: LeaseGrant, ttlMs: number): Promise<LeaseGrant | undefined>;
  /** Gives it up; nothing happens when it was lost. */
  release(grant: LeaseGrant): Promise<void>;
  /**
   * Resolves when it is worth asking again: with a store that keeps a line, when everybody who came
   * before is through and the lease is free; at once when the signal is aborted, with the place in
   * line given up. Who does not ask then loses the place as a holder loses the lease. A store
   * without a line has to be asked again and again, and whoever happens to ask first has it.
   */
  awaitTurn?(
    want: { name: string; holder: string; ttlMs: number },
    signal: AbortSignal,
  ): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
