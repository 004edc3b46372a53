/**
 * Stands where the edge stands: signs passes for the buyers of a test, and lets the provider's
 * events in, byte for byte. An origin that is away costs a 503, as at the edge. Everything that
 * buyers are told of orders is kept, so that it can be held against the book afterwards. Of the
 * events some are held back, and of some the answer is lost, so that they come late, twice, and in
 * another order.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPassKeeper, PASS_HEADER, parsePassKeys } from '../../contract/pass.ts';
import { EVENT_HEADERS } from '../../contract/payment.ts';
import { nodeHashing } from '../../origin/hashing.ts';
import { pause } from '../../origin/timer.ts';
import type { Told } from '../faults/history.ts';

export interface DoorAnswer {
  /** 0 when nobody answered. */
  status: number;
  body: Record<string, unknown>;
}

export interface Door {
  eventsUrl: string;
  /** What buyers were told of orders. */
  heard: Told[];
  /** Payments whose page a buyer was told of. */
  shown: ReadonlySet<string>;
  /** Answers that no buyer may ever get, in words. */
  sins: string[];
  /** One attempt. */
  ask(buyerId: string, method: string, path: string, body?: unknown): Promise<DoorAnswer>;
  /** Attempts until there is an answer that is not "ask again". */
  askUntilAnswered(buyerId: string, method: string, path: string): Promise<DoorAnswer>;
  /** An order: `key` is the click's Idempotency-Key. */
  click(buyerId: string, saleId: string, key: string): Promise<DoorAnswer>;
  close(): void;
}

export interface DoorOptions {
  /** Asked in turn. */
  originUrls: readonly string[];
  passKeys: string;
  dice(): number;
}

/** How long the test waits for an answer; an origin that was killed gives none. */
const ANSWER_LIMIT_MS = 5_000;
const ASK_AGAIN_MS = 150;
/** Longer than any origin is away here. */
const PATIENCE_MS = 60_000;
/** The parts of events that meet each mischief, when they come first: nothing fails for ever. */
const HELD_BACK = 0.1;
const ANSWER_LOST = 0.1;

/** No answer, too fast, or a backend that is away. */
const ASK_AGAIN: ReadonlySet<number> = new Set([0, 429, 503]);
const DOCUMENTED: ReadonlySet<number> = new Set([200, 202, 204, 404, 409, ...ASK_AGAIN]);

interface Request {
  method: string;
  path: string;
  buyerId: string;
  body: string;
  headers?: Record<string, string>;
  idempotencyKey?: string;
}

export async function openDoor({ originUrls, passKeys, dice }: DoorOptions): Promise<Door> {
  const passes = createPassKeeper(nodeHashing, parsePassKeys(passKeys));
  const heard: Told[] = [];
  const shown = new Set<string>();
  const sins: string[] = [];
  let turn = 0;

  async function forward(request: Request): Promise<DoorAnswer> {
    const { method, path, buyerId, body, idempotencyKey = '' } = request;
    const pass = passes.sign({ timeMs: Date.now(), method, path, body, buyerId, idempotencyKey });
    turn += 1;
    const response = await fetch(`${originUrls[turn % originUrls.length]}${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(idempotencyKey === '' ? {} : { 'idempotency-key': idempotencyKey }),
        ...request.headers,
        [PASS_HEADER]: pass,
      },
      ...(method === 'GET' || body === '' ? {} : { body }),
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    }).catch(() => undefined);
    if (response === undefined) return { status: 0, body: {} };
    const text = await response.text().catch(() => undefined);
    if (text === undefined) return { status: 0, body: {} };
    const answer = { status: response.status, body: text === '' ? {} : JSON.parse(text) };
    keep(request, answer);
    return answer;
  }

  function keep({ buyerId, method, path }: Request, { status, body }: DoorAnswer): void {
    const { orderId, state, paymentId, url } = body;
    if (typeof paymentId === 'string' && typeof url === 'string') shown.add(paymentId);
    if (!DOCUMENTED.has(status)) sins.push(`${method} ${path}: ${status} ${body.type}`);
    if (status > 202 || typeof orderId !== 'string' || typeof state !== 'string') return;
    heard.push({ buyerId, answer: String(status), orderId, state });
  }

  const takeEvent = createEventGate(dice, forward);
  const server = createServer(async (request, response) => {
    response.writeHead(await takeEvent(request)).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const ask: Door['ask'] = (buyerId, method, path, body) =>
    forward({ method, path, buyerId, body: body === undefined ? '' : JSON.stringify(body) });
  return {
    eventsUrl: `http://127.0.0.1:${port}/api/payments/sandbox/events`,
    heard,
    shown,
    sins,
    ask,
    askUntilAnswered: (buyerId, method, path) =>
      untilAnswered(() => ask(buyerId, method, path, method === 'GET' ? undefined : {})),
    click: (buyerId, saleId, idempotencyKey) =>
      untilAnswered(() =>
        forward({
          ...{ method: 'POST', path: `/api/sales/${saleId}/orders`, buyerId, idempotencyKey },
          body: '{"quantity":1}',
        }),
      ),
    close: () => void server.close(),
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function signatureOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    EVENT_HEADERS.flatMap((name) => {
      const value = request.headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
}

async function untilAnswered(send: () => Promise<DoorAnswer>): Promise<DoorAnswer> {
  for (let waitedMs = 0; ; waitedMs += ASK_AGAIN_MS) {
    const answer = await send();
    if (!ASK_AGAIN.has(answer.status)) return answer;
    if (waitedMs > PATIENCE_MS) throw new Error(`only ${answer.status} for ${PATIENCE_MS} ms`);
    await pause(ASK_AGAIN_MS);
  }
}

/** Takes the provider's events; resolves with the status that it is told. */
function createEventGate(dice: () => number, forward: (request: Request) => Promise<DoorAnswer>) {
  /** By event id. */
  const metMischief = new Set<string>();
  return async (request: IncomingMessage): Promise<number> => {
    const body = await readText(request);
    const eventId = String(request.headers['webhook-id']);
    const mischief = metMischief.has(eventId) ? 1 : dice();
    metMischief.add(eventId);
    if (mischief < HELD_BACK) return 503;
    const path = request.url ?? '/';
    const headers = signatureOf(request);
    const { status } = await forward({ method: 'POST', path, buyerId: '', body, headers });
    return status === 0 || mischief < HELD_BACK + ANSWER_LOST ? 503 : status;
  };
}
