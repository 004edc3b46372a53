/**
 * Stands where the edge stands: signs passes for the buyers of a test, and lets the provider's
 * events in, byte for byte. An origin that is away costs a 503, as at the edge.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPassKeeper, PASS_HEADER, parsePassKeys } from '../../contract/pass.ts';
import { EVENT_HEADERS } from '../../contract/payment.ts';
import { nodeHashing } from '../../origin/hashing.ts';

export interface DoorAnswer {
  /** 0 when nobody answered. */
  status: number;
  body: Record<string, unknown>;
}

export interface Door {
  eventsUrl: string;
  ask(buyerId: string, method: string, path: string, body?: unknown): Promise<DoorAnswer>;
  /** An order: `key` is the click's Idempotency-Key. */
  click(buyerId: string, saleId: string, key: string): Promise<DoorAnswer>;
  close(): void;
}

/** How long the test waits for an answer; an origin that was killed gives none. */
const PATIENCE_MS = 15_000;

export async function openDoor(originUrl: string, passKeys: string): Promise<Door> {
  const passes = createPassKeeper(nodeHashing, parsePassKeys(passKeys));

  async function forward(request: {
    method: string;
    path: string;
    buyerId: string;
    body: string;
    headers?: Record<string, string>;
    idempotencyKey?: string;
  }): Promise<DoorAnswer> {
    const { method, path, buyerId, body, idempotencyKey = '' } = request;
    const pass = passes.sign({ timeMs: Date.now(), method, path, body, buyerId, idempotencyKey });
    const response = await fetch(`${originUrl}${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(idempotencyKey === '' ? {} : { 'idempotency-key': idempotencyKey }),
        ...request.headers,
        [PASS_HEADER]: pass,
      },
      ...(method === 'GET' || body === '' ? {} : { body }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).catch(() => undefined);
    if (response === undefined) return { status: 0, body: {} };
    const text = await response.text().catch(() => '');
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const headers = Object.fromEntries(
      EVENT_HEADERS.flatMap((name) => {
        const value = request.headers[name];
        return typeof value === 'string' ? [[name, value]] : [];
      }),
    );
    const body = Buffer.concat(chunks).toString('utf8');
    const path = request.url ?? '/';
    const answer = await forward({ method: 'POST', path, buyerId: '', body, headers });
    response.writeHead(answer.status === 0 ? 503 : answer.status);
    response.end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    eventsUrl: `http://127.0.0.1:${port}/api/payments/sandbox/events`,
    ask: (buyerId, method, path, body) =>
      forward({ method, path, buyerId, body: body === undefined ? '' : JSON.stringify(body) }),
    click: (buyerId, saleId, idempotencyKey) =>
      forward({
        ...{ method: 'POST', path: `/api/sales/${saleId}/orders`, buyerId, idempotencyKey },
        body: '{"quantity":1}',
      }),
    close: () => void server.close(),
  };
}
