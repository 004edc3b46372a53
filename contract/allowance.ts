/**
 * The token bucket of one caller, as a pure decision: what a limit allows, taken one at a time. It
 * is kept in memory by whoever limits, so a caller spread over processes has it in each of them.
 */
export interface AllowanceLimit {
  /** What a full allowance holds. */
  burst: number;
  /** How fast it fills. */
  perSecond: number;
}

export interface Allowance {
  tokens: number;
  countedAtMs: number;
}

/** Filled up to now; who was never seen has a full one. */
export function fillUp(
  allowance: Allowance | undefined,
  { burst, perSecond }: AllowanceLimit,
  nowMs: number,
): Allowance {
  const before = allowance ?? { tokens: burst, countedAtMs: nowMs };
  const elapsedMs = Math.max(0, nowMs - before.countedAtMs);
  const tokens = Math.min(burst, before.tokens + (elapsedMs / 1000) * perSecond);
  return { tokens, countedAtMs: nowMs };
}

/** What is left after one was taken; `taken` is false when there was none. */
export function takeOne(allowance: Allowance | undefined, limit: AllowanceLimit, nowMs: number) {
  const { tokens } = fillUp(allowance, limit, nowMs);
  const taken = tokens >= 1;
  return { allowance: { tokens: taken ? tokens - 1 : tokens, countedAtMs: nowMs }, taken };
}

/** Until there is one to take; 0 when there is. */
export function untilNextMs({ tokens }: Allowance, { perSecond }: AllowanceLimit): number {
  return Math.max(0, ((1 - tokens) / perSecond) * 1000);
}
