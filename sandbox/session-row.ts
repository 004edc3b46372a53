/** A session as the file keeps it, and as the sandbox and its API speak of it. Changes nothing. */
import type { OpenSandboxSession, SandboxSession } from '../origin/pay/sandbox-wire.ts';
import type { SessionState } from './step.ts';

export interface Session extends OpenSandboxSession, SessionState {
  sessionId: string;
}

/** Column names of sandbox/sql/tables.sql, which holds them to these types. */
export interface SessionRow {
  session_id: string;
  payment_id: string;
  order_id: string;
  sale_id: string;
  title: string;
  quantity: number;
  amount: number;
  currency: string;
  pay_before_ms: number;
  return_url: string;
  status: Session['status'];
  failure: Session['failure'];
  late: number;
  refunded: number;
  money_due_at_ms: number | null;
}

export function sessionOf(row: SessionRow): Session {
  return {
    sessionId: row.session_id,
    paymentId: row.payment_id,
    orderId: row.order_id,
    saleId: row.sale_id,
    title: row.title,
    quantity: row.quantity,
    amount: row.amount,
    currency: row.currency,
    payBeforeMs: row.pay_before_ms,
    returnUrl: row.return_url,
    status: row.status,
    failure: row.failure,
    late: row.late === 1,
    refunded: row.refunded === 1,
    moneyDueAtMs: row.money_due_at_ms,
  };
}

export function columnsOfOpening(sessionId: string, request: OpenSandboxSession, nowMs: number) {
  return {
    session_id: sessionId,
    payment_id: request.paymentId,
    order_id: request.orderId,
    sale_id: request.saleId,
    title: request.title,
    quantity: request.quantity,
    amount: request.amount,
    currency: request.currency,
    pay_before_ms: request.payBeforeMs,
    return_url: request.returnUrl,
    created_at_ms: nowMs,
  };
}

export function columnsOfState(sessionId: string, state: SessionState) {
  return {
    session_id: sessionId,
    status: state.status,
    failure: state.failure,
    late: state.late ? 1 : 0,
    refunded: state.refunded ? 1 : 0,
    money_due_at_ms: state.moneyDueAtMs,
  };
}

export function viewOf(session: Session): SandboxSession {
  const { sessionId, paymentId, status, late, refunded, amount, currency } = session;
  const moneyUnderWay = session.moneyDueAtMs !== null;
  return { sessionId, paymentId, status, late, moneyUnderWay, refunded, amount, currency };
}
