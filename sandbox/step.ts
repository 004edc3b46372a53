/**
 * What becomes of a session at each step: pure, and the same whether a button, a program or the
 * clock asks for it. A session that is not open takes no payment; money under way comes even so.
 */

/** What the buyer, or a test in the buyer's place, can do. */
export const PAGE_ACTIONS = [
  'pay',
  'decline',
  'insufficient-funds',
  'take-long',
  'pay-twice',
] as const;
export type PageAction = (typeof PAGE_ACTIONS)[number];

export type Step = PageAction | 'cancel' | 'money-comes' | 'refund';
export type Failure = 'declined' | 'insufficient-funds';
export type EventWhat = 'paid' | 'failed' | 'cancelled' | 'refunded';

export interface SessionState {
  status: 'open' | 'paid' | 'failed' | 'cancelled';
  failure: Failure | null;
  /** The money came after the session had been cancelled. */
  late: boolean;
  refunded: boolean;
  /** When money comes that is under way. */
  moneyDueAtMs: number | null;
}

export type StepResult =
  /** Without `tell` the shop learns nothing yet. */
  | { kind: 'changed'; state: SessionState; tell?: EventWhat; twice?: true }
  /** It was so before. */
  | { kind: 'unchanged' }
  | { kind: 'refused'; reason: 'not-open' | 'not-paid' };

export function takeStep(
  state: SessionState,
  step: Step,
  { nowMs, lateMs }: { nowMs: number; lateMs: number },
): StepResult {
  switch (step) {
    case 'cancel':
      return state.status === 'open'
        ? { kind: 'changed', state: { ...state, status: 'cancelled' }, tell: 'cancelled' }
        : { kind: 'unchanged' };
    case 'money-comes':
      return moneyComes(state);
    case 'refund':
      if (state.status !== 'paid') return { kind: 'refused', reason: 'not-paid' };
      if (state.refunded) return { kind: 'unchanged' };
      return { kind: 'changed', state: { ...state, refunded: true }, tell: 'refunded' };
    case 'pay':
    case 'pay-twice':
    case 'decline':
    case 'insufficient-funds':
    case 'take-long':
      if (state.status !== 'open' || state.moneyDueAtMs !== null) {
        return { kind: 'refused', reason: 'not-open' };
      }
      return takePageAction(state, step, nowMs + lateMs);
  }
}

function takePageAction(state: SessionState, action: PageAction, lateAtMs: number): StepResult {
  switch (action) {
    case 'pay':
      return { kind: 'changed', state: { ...state, status: 'paid' }, tell: 'paid' };
    case 'pay-twice':
      return { kind: 'changed', state: { ...state, status: 'paid' }, tell: 'paid', twice: true };
    case 'decline':
      return failed(state, 'declined');
    case 'insufficient-funds':
      return failed(state, 'insufficient-funds');
    case 'take-long':
      // As a bank transfer: nothing can call it back, and until it is there nobody knows of it.
      return { kind: 'changed', state: { ...state, moneyDueAtMs: lateAtMs } };
  }
}

function failed(state: SessionState, failure: Failure): StepResult {
  return { kind: 'changed', state: { ...state, status: 'failed', failure }, tell: 'failed' };
}

function moneyComes(state: SessionState): StepResult {
  if (state.moneyDueAtMs === null) return { kind: 'unchanged' };
  const late = state.status === 'cancelled';
  const paid = { ...state, status: 'paid', late, moneyDueAtMs: null } as const;
  return { kind: 'changed', state: paid, tell: 'paid' };
}
