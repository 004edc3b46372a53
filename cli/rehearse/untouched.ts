/**
 * The proof that a rehearsal left the real sale alone: what the origin knows of it before and
 * after, held against each other. Every term and counter by name, and every order, payment and
 * place in line by a hash over all of them.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Audit, auditSchema, operatorSaleSchema } from '../../contract/operator.ts';
import { PAGE_LIMITS } from '../../contract/operator-orders.ts';
import { pause } from '../../origin/timer.ts';
import type { OperatorClient } from '../operator-client.ts';

const ATTEMPTS = 240;
const BETWEEN_MS = 250;
/** A million rows: a minute. Beyond, the counters alone are compared, and the report says so. */
const MOST_PAGES = 2_000;
/** By their path, what their answers call them. */
const LISTS = { orders: 'orders', payments: 'payments', waitlist: 'waiters' };

export interface Footprint {
  /** By name, such as `audit.terms.free`. */
  values: Record<string, string>;
  /** How many rows stand behind the hashes. */
  rows: number;
  /** Whether all rows were read. */
  isWhole: boolean;
}

/** Of a sale that nobody changes two are the same. */
export async function footprintOf(client: OperatorClient, saleId: string): Promise<Footprint> {
  const path = `/operator/sales/${encodeURIComponent(saleId)}`;
  const audit = await auditAtRest(client, saleId);
  // What follows from the time alone is left out.
  const { now, state, asOf, ...sale } = await client.get(path, operatorSaleSchema);
  const values: Record<string, string> = { ...flat('sale', sale), ...flat('audit', audit) };
  let rows = 0;
  let isWhole = true;
  for (const [list, name] of Object.entries(LISTS)) {
    const read = await hashOf(client, `${path}/${list}`, name);
    values[`${list}.rows`] = read.hash;
    rows += read.rows;
    isWhole &&= read.isWhole;
  }
  return { values, rows, isWhole };
}

/** One line for each value that is another one. */
export function differencesOf(before: Footprint, after: Footprint): string[] {
  const names = new Set([...Object.keys(before.values), ...Object.keys(after.values)]);
  return [...names].sort().flatMap((name) => {
    const [was, is] = [before.values[name], after.values[name]];
    return was === is ? [] : [`${name} was ${was ?? 'not there'} and is ${is ?? 'not there'}`];
  });
}

/** Asks again for some seconds while orders are on their way. */
export async function auditAtRest(client: OperatorClient, saleId: string): Promise<Audit> {
  const path = `/operator/sales/${encodeURIComponent(saleId)}/audit`;
  for (let attempt = 1; ; attempt += 1) {
    const audit = await client.get(path, auditSchema);
    if (audit.atWatermark || attempt === ATTEMPTS) return audit;
    await pause(BETWEEN_MS);
  }
}

function flat(name: string, value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return { [name]: JSON.stringify(value) };
  const entries = Object.entries(value);
  return Object.assign({}, ...entries.map(([key, each]) => flat(`${name}.${key}`, each)));
}

async function hashOf(client: OperatorClient, path: string, list: string) {
  const page = z.record(z.string(), z.unknown());
  const hash = createHash('sha256');
  let rows = 0;
  let after: unknown;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const query = new URLSearchParams({ limit: String(PAGE_LIMITS.most) });
    if (after !== undefined) query.set('after', String(after));
    const read = await client.get(`${path}?${query}`, page);
    const items = z.array(z.unknown()).parse(read[list]);
    for (const item of items) hash.update(`${JSON.stringify(item)}\n`);
    rows += items.length;
    after = read.next;
    if (after === undefined) return { hash: hash.digest('base64url'), rows, isWhole: true };
  }
  return { hash: hash.digest('base64url'), rows, isWhole: false };
}
