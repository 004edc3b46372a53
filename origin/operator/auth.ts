/**
 * The door of the operator API: whose token it is, what its role allows, and how often. Neither a
 * token's length nor its content nor its place in the list shows in the time that judging takes.
 */
import { timingSafeEqual } from 'node:crypto';
import type { OperatorRefusal } from '../../contract/operator-refusals.ts';
import { nodeHashing } from '../hashing.ts';
import type { Logger } from '../logger.ts';
import { createTokenRequests, createWrongTokens } from './auth-limits.ts';
import type { OperatorRole, OperatorToken } from './auth-tokens.ts';

export interface Operator {
  name: string;
  role: OperatorRole;
}

export interface Knock {
  method: string;
  /** The header as it came; undefined when there was none. */
  authorization: string | undefined;
  /** Who is limited together. */
  address: string;
}

export type Entered = { kind: 'entered'; operator: Operator } | OperatorRefusal;

export interface OperatorDoorOptions {
  tokens: readonly OperatorToken[];
  nowMs(): number;
  logger: Pick<Logger, 'warn'>;
}

const UNKNOWN: OperatorRefusal = { kind: 'unknown-token' };

export function createOperatorDoor(options: OperatorDoorOptions): (knock: Knock) => Entered {
  const { tokens, nowMs, logger } = options;
  const whose = createTokenJudge(tokens);
  const wrongTokens = createWrongTokens();
  const waitOf = createTokenRequests();
  return ({ method, authorization, address }) => {
    const now = nowMs();
    const blockedMs = wrongTokens.waitMs(address, now);
    if (blockedMs > 0) return { kind: 'too-fast', retryAfterMs: blockedMs };
    // Nothing was guessed: a scanner's look is not worth remembering.
    if (authorization === undefined) return UNKNOWN;
    const operator = whose(authorization);
    if (operator === undefined) {
      wrongTokens.note(address, now);
      // At most as many lines as wrong tokens are looked at.
      logger.warn({ address }, 'a wrong token of an operator');
      return UNKNOWN;
    }
    const { name, role } = operator;
    const retryAfterMs = waitOf(name, now);
    if (retryAfterMs > 0) return { kind: 'too-fast', retryAfterMs };
    if (role === 'operator' || isLook(method)) return { kind: 'entered', operator };
    logger.warn({ operator: name, method }, 'a viewer tried to change something');
    return { kind: 'needs-operator', name };
  };
}

/** HEAD is answered as GET is. */
export function isLook(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/**
 * Compares hashes, which are all of one length, with those of every token, whichever matches: a
 * comparison that stopped at the first match would tell where in the list it stands.
 */
export function createTokenJudge(
  tokens: readonly OperatorToken[],
  areEqual: (left: Uint8Array, right: Uint8Array) => boolean = timingSafeEqual,
): (authorization: string) => Operator | undefined {
  const known = tokens.map(({ name, role, token }) => ({
    operator: { name, role },
    hash: nodeHashing.sha256(`Bearer ${token}`),
  }));
  return (authorization) => {
    const given = nodeHashing.sha256(authorization);
    let found: Operator | undefined;
    for (const { operator, hash } of known) {
      if (areEqual(given, hash)) found = operator;
    }
    return found;
  };
}
