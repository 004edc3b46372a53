/** Requests as the edge sends them to the origin, signed and ready to be written to a socket. */
import { createPassKeeper, PASS_HEADER, parsePassKeys } from '../contract/pass.ts';
import { nodeHashing } from '../origin/hashing.ts';

export interface OrderRequestsOptions {
  passKeys: string;
  saleId: string;
  /** Begins every buyer's id: different prefixes are different crowds. */
  crowd: string;
  count: number;
  nowMs: number;
  /** Orders start at this rate from `nowMs` on, so each pass bears the time of its start. */
  perSecond?: number;
}

/** One order each of `count` buyers. Passes hold for 30 s from `nowMs`. */
export function orderRequests(options: OrderRequestsOptions): Buffer[] {
  const { saleId, crowd, count, nowMs, perSecond = Number.POSITIVE_INFINITY } = options;
  const passes = createPassKeeper(nodeHashing, parsePassKeys(options.passKeys));
  const path = `/api/sales/${saleId}/orders`;
  const body = '{"quantity":1}';
  return Array.from({ length: count }, (_, index) => {
    const buyerId = `${crowd}-${index}`;
    const idempotencyKey = `key-${crowd}-${String(index).padStart(8, '0')}`;
    const timeMs = Math.floor(nowMs + (index / perSecond) * 1000);
    const claims = { timeMs, method: 'POST', path, body, buyerId, idempotencyKey };
    return httpRequest(path, body, {
      [PASS_HEADER]: passes.sign(claims),
      'idempotency-key': idempotencyKey,
    });
  });
}

/** The same request with the same headers to a route that does nothing. */
export function noopRequests(options: OrderRequestsOptions): Buffer[] {
  const from = `/api/sales/${options.saleId}/orders`;
  return orderRequests(options).map((request) =>
    Buffer.from(request.toString('latin1').replace(from, '/noop'), 'latin1'),
  );
}

function httpRequest(path: string, body: string, headers: Record<string, string>): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n` +
      `content-length: ${body.length}\r\n${lines.join('')}\r\n${body}`,
  );
}
