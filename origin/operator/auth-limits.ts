/**
 * The limits of the operator API, in this process's memory: how often an address may be wrong, and
 * how much one token may ask. Several processes have a limit each, which is accepted: both guard a
 * process, not the truth.
 */
import { LRUCache } from 'lru-cache';
import {
  type Allowance,
  type AllowanceLimit,
  fillUp,
  takeOne,
  untilNextMs,
} from '../../contract/allowance.ts';

/**
 * Wrong tokens of one address: ten slips of a person or a program that was set up wrongly, and then
 * one each six seconds. Sixteen hex digits would take 10^13 years at that.
 */
export const WRONG_TOKENS: AllowanceLimit = { burst: 10, perSecond: 10 / 60 };
/** About 200 bytes each; the least recently wrong are forgotten first, to their favour. */
export const MAX_ADDRESSES = 10_000;
/**
 * Requests of one token: a script that looks at one order after the other, each answered within two
 * or three milliseconds, is never told to wait; one that sends them all at once is, before it takes
 * the process from buyers.
 */
export const TOKEN_REQUESTS: AllowanceLimit = { burst: 1_000, perSecond: 500 };

export interface WrongTokens {
  /**
   * How long an address has to wait before anything of it is looked at; 0 when it has not. A right
   * token waits as well: else the limit would tell which guess was right.
   */
  waitMs(address: string, nowMs: number): number;
  note(address: string, nowMs: number): void;
  /** Addresses remembered. */
  readonly size: number;
}

export function createWrongTokens(): WrongTokens {
  const allowances = new LRUCache<string, Allowance>({ max: MAX_ADDRESSES });
  return {
    waitMs(address, nowMs) {
      const known = allowances.get(address);
      return known === undefined
        ? 0
        : untilNextMs(fillUp(known, WRONG_TOKENS, nowMs), WRONG_TOKENS);
    },
    note(address, nowMs) {
      const known = allowances.get(address);
      allowances.set(address, takeOne(known, WRONG_TOKENS, nowMs).allowance);
    },
    get size() {
      return allowances.size;
    },
  };
}

/** Resolves how long the token of this name has to wait; 0 when its request was counted. */
export type TokenRequests = (name: string, nowMs: number) => number;

/** Keeps as many allowances as there are tokens. */
export function createTokenRequests(): TokenRequests {
  const allowances = new Map<string, Allowance>();
  return (name, nowMs) => {
    const { allowance, taken } = takeOne(allowances.get(name), TOKEN_REQUESTS, nowMs);
    allowances.set(name, allowance);
    return taken ? 0 : untilNextMs(allowance, TOKEN_REQUESTS);
  };
}
