/**
 * The origin's whole app on a real book, called without a server: the operator's door, the record
 * of changes and every route that there is, as different people from different addresses.
 */

import type { Hono } from 'hono';
import { systemClock } from '../../contract/clock.ts';
import { openApiDocument } from '../../contract/openapi.ts';
import { type OperatorChange, operatorChangesSchema } from '../../contract/operator-changes.ts';
import { problemName } from '../../contract/problem.ts';
import { systemRandom } from '../../contract/random.ts';
import type { StockTerms } from '../../origin/admit/stock.ts';
import { type AppOptions, createApp } from '../../origin/app.ts';
import { createMetrics } from '../../origin/metrics.ts';
import { parseProxies } from '../../origin/operator/auth-address.ts';
import { parseOperatorTokens } from '../../origin/operator/auth-tokens.ts';
import { createSaleDirectory } from '../../origin/sales/directory.ts';
import type { OrderBook } from '../../origin/settle/book.ts';
import { createMysqlBook } from '../../origin/settle/mysql-book.ts';
import { createSqliteBook } from '../../origin/settle/sqlite-book.ts';
import { openTemporaryDatabase } from '../backends/embedded.ts';
import { createTestDatabase } from '../backends/mariadb.ts';
import { fakeStock, type MemoryLogger, memoryLogger, stockTermsOf } from '../origin/fakes.ts';

export const ANNA = 'a'.repeat(24);
export const WATCH = 'w'.repeat(24);
const TOKENS = parseOperatorTokens(`anna:operator:${ANNA},watch:viewer:${WATCH}`);

export interface Asked {
  /** Anna's unless given; none with ''. */
  token?: string;
  body?: unknown;
  /** Each call from one of its own unless given, so that no limit of another test is in the way. */
  address?: string;
  chunked?: boolean;
}

export interface Told {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
  /** `200`, or `409 conflict` for a problem. */
  short: string;
}

export interface OperatorStage {
  app: Hono;
  book: OrderBook;
  log: MemoryLogger;
  ask(method: string, path: string, asked?: Asked): Promise<Told>;
  /** What is recorded of a target, the newest first. */
  changesOf(target: string): Promise<OperatorChange[]>;
  newest(): Promise<OperatorChange | undefined>;
}

export type OpenBook = () => Promise<{ book: OrderBook; close(): Promise<void> }>;

export async function openSqlite(): ReturnType<OpenBook> {
  const { database, remove } = openTemporaryDatabase();
  const book = createSqliteBook(database, { clock: systemClock, random: systemRandom });
  await book.migrate();
  return { book, close: async () => remove() };
}

export async function openMysql(): ReturnType<OpenBook> {
  const server = await createTestDatabase();
  const book = createMysqlBook({ url: server.url, random: systemRandom });
  await book.migrate();
  return {
    book,
    async close() {
      await book.close();
      await server.drop();
    },
  };
}

/** `extend` adds routes, as somebody who writes another one would. */
export function createOperatorStage(
  book: OrderBook,
  extend: (app: Hono) => void = () => {},
): OperatorStage {
  const log = memoryLogger();
  const directory = createSaleDirectory({ book, nowMs: systemClock.nowMs, logger: log.logger });
  const payments = { newestOf: async () => new Map() };
  const nothing = { payments, checks: {} } as unknown as AppOptions;
  const loaded = new Map<string, StockTerms>();
  const app = createApp({
    ...nothing,
    ...{
      book,
      directory,
      logger: log.logger,
      operatorAccess: { tokens: TOKENS, proxies: parseProxies('10.0.0.0/8') },
      serves: true,
    },
    ...{ metrics: createMetrics(), nowMs: systemClock.nowMs, random: systemRandom },
    ...{ payWindowMs: 300_000, draining: () => false },
    stock: fakeStock({
      async load({ saleId, epoch, units }) {
        loaded.set(saleId, stockTermsOf({ epoch, stock: units, seq: 0 }));
        return 'loaded';
      },
      terms: async (saleId) => loaded.get(saleId),
    }),
  });
  extend(app);
  let calls = 0;

  async function ask(method: string, path: string, asked: Asked = {}): Promise<Told> {
    const { token = ANNA, body, chunked = false } = asked;
    calls += 1;
    const address = asked.address ?? `10.${calls >> 16}.${(calls >> 8) & 255}.${calls & 255}`;
    const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
    const length = chunked
      ? { 'transfer-encoding': 'chunked' }
      : { 'content-length': String(Buffer.byteLength(text)) };
    const headers = new Headers(body === undefined ? {} : length);
    if (token !== '') headers.set('authorization', `Bearer ${token}`);
    const init = {
      ...{ method, headers },
      ...(body === undefined ? {} : { body: chunked ? new Blob([text]).stream() : text }),
      duplex: 'half',
    };
    const incoming = { socket: { remoteAddress: address } };
    const request = new Request(`http://origin.test${path}`, init as RequestInit);
    return toldOf(await app.fetch(request, { incoming }));
  }

  async function list(query: string): Promise<OperatorChange[]> {
    const { body } = await ask('GET', `/operator/changes?${query}`, { token: WATCH });
    return operatorChangesSchema.strict().parse(body).changes;
  }
  return {
    ...{ app, book, log, ask },
    changesOf: (target) => list(`target=${encodeURIComponent(target)}`),
    newest: async () => (await list('limit=1'))[0],
  };
}

async function toldOf(response: Response): Promise<Told> {
  const { status, headers } = response;
  const text = await response.text();
  const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  const short = 'type' in body ? `${status} ${problemName(String(body.type))}` : String(status);
  return { status, headers, body, short };
}

/** Every operator route of the OpenAPI document, with something in place of each parameter. */
export function operatorRoutes(): { method: string; path: string }[] {
  const document = JSON.parse(JSON.stringify(openApiDocument())) as {
    paths: Record<string, Record<string, unknown>>;
  };
  return Object.entries(document.paths)
    .filter(([path]) => path.startsWith('/operator/'))
    .flatMap(([path, item]) =>
      Object.keys(item).map((method) => ({
        method: method.toUpperCase(),
        path: path.replace(/\{\w+\}/g, 'phone'),
      })),
    );
}
