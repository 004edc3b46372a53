/**
 * What the book and the sandbox have of a sale once every process has stopped, read from their
 * files and tables directly: no code of the product stands between them and the judges.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createConnection } from 'mysql2/promise';
import { decodeResults, type OrderResult } from '../../origin/results/result.ts';
import type { BackendsKind, Shop } from '../flow/shop.ts';

export interface OrderRecord {
  orderId: string;
  buyerId: string;
  state: string;
  quantity: number;
  live: number | null;
}

export interface WaiterRecord {
  number: number;
  buyerId: string;
  state: string;
  orderId: string | null;
}

export interface PaymentRecord {
  paymentId: string;
  orderId: string;
  state: string;
  /** Null when the book was never told of a session: then nobody was shown its page. */
  sessionId: string | null;
}

/** A session as the provider has it. */
export interface SessionRecord {
  paymentId: string;
  orderId: string;
  status: string;
  refunded: number;
  moneyDueAtMs: number | null;
}

export interface Records {
  units: number;
  free: number;
  waiting: number;
  orders: OrderRecord[];
  /** In the order of `seq`. */
  results: { seq: number; orders: OrderResult[] }[];
  /** In the order of `number`. */
  waiters: WaiterRecord[];
  payments: PaymentRecord[];
  sessions: SessionRecord[];
}

type Row = Record<string, string | number | null>;
type Query = (sql: string) => Promise<Row[]>;

/** The processes have stopped: the files are free. */
export async function readRecords(shop: Shop, kind: BackendsKind, saleId: string) {
  const sandboxFile = join(shop.environment.SANDBOX_DATA_DIR ?? '', 'sandbox.db');
  const sessions = await withFile(sandboxFile, (query) => readSessions(query, saleId));
  return { ...(await readBookRecords(shop, kind, saleId)), sessions } satisfies Records;
}

/** Without the provider's side. On servers the processes may run on. */
export function readBookRecords(shop: Shop, kind: BackendsKind, saleId: string) {
  const { environment, serverless } = shop;
  const database = serverless?.mariadbUrl ?? environment.BOOK_URL ?? '';
  const read = (query: Query, tables: string) => readBook(query, tables, saleId);
  return kind === 'embedded'
    ? withFile(join(environment.DATA_DIR ?? '', 'sluice.db'), (query) => read(query, 'book_'))
    : withDatabase(database, (query) => read(query, ''));
}

async function readBook(query: Query, tables: string, saleId: string) {
  const where = `WHERE sale_id = '${saleId}'`;
  const [sale] = await query(`SELECT units, free, waiting FROM ${tables}sales ${where}`);
  const orders = await query(
    `SELECT order_id AS orderId, buyer_id AS buyerId, state, quantity, live
     FROM ${tables}orders ${where}`,
  );
  const results = await query(`SELECT seq, orders FROM ${tables}results ${where} ORDER BY seq`);
  const waiters = await query(
    `SELECT number, buyer_id AS buyerId, state, order_id AS orderId
     FROM ${tables}waitlist ${where} ORDER BY number`,
  );
  const payments = await query(
    `SELECT payment_id AS paymentId, order_id AS orderId, state, session_id AS sessionId
     FROM ${tables}payments ${where}`,
  );
  return {
    units: Number(sale?.units),
    free: Number(sale?.free),
    waiting: Number(sale?.waiting),
    orders: orders as unknown as OrderRecord[],
    results: results.map((row) => ({
      seq: Number(row.seq),
      orders: decodeResults(String(row.orders)),
    })),
    waiters: waiters as unknown as WaiterRecord[],
    payments: payments as unknown as PaymentRecord[],
  };
}

async function readSessions(query: Query, saleId: string): Promise<SessionRecord[]> {
  const rows = await query(
    `SELECT payment_id AS paymentId, order_id AS orderId, status, refunded,
       money_due_at_ms AS moneyDueAtMs
     FROM sessions WHERE sale_id = '${saleId}'`,
  );
  return rows as unknown as SessionRecord[];
}

async function withFile<Value>(file: string, work: (query: Query) => Promise<Value>) {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return await work(async (sql) => database.prepare(sql).all() as unknown as Row[]);
  } finally {
    database.close();
  }
}

async function withDatabase<Value>(url: string, work: (query: Query) => Promise<Value>) {
  const connection = await createConnection(url);
  try {
    return await work(async (sql) => (await connection.query(sql))[0] as Row[]);
  } finally {
    await connection.end();
  }
}
