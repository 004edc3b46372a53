/**
 * From the replies of the stock scripts to the port's values. A shape that no script gives throws a
 * RedisReplyError: what then happened to the units is not known, and guessing could sell one twice.
 * Hand-written comparisons, since this runs for every order.
 */
import { RedisReplyError } from '../redis.ts';
import type { Holding, ReserveReply, ReserveVerdict, StockTerms } from './stock.ts';
import { ORDER_ID_LENGTH } from './stock-arguments.ts';

export interface OutboxEntry {
  epoch: number;
  orderId: string;
  buyerId: string;
  quantity: number;
  seq: number;
  reservedAtMs: number;
}

const HOLDING_SHAPE = /^[+-][A-Za-z0-9_-]{22}[1-9][0-9]{0,8}$/;
/** `epoch|seq|reservedAtMs|quantity|buyerId`, the time in base 36; a buyer id may hold any `|`. */
const OUTBOX_SHAPE = /^([0-9]+)\|([0-9]+)\|([0-9a-z]{1,10})\|([0-9]+)\|(.+)$/s;

/** Base 36 as the outbox writes its times. */
export function toBase36(timeMs: number): string {
  return timeMs.toString(36);
}

export function reserveReplyOf(reply: unknown, requests: number): ReserveReply {
  if (reply === 'recovering') return { kind: 'recovering' };
  if (!Array.isArray(reply) || reply.length !== requests + 1) throw unexpected('reserve', reply);
  const verdicts: ReserveVerdict[] = [];
  for (let index = 1; index <= requests; index += 1) verdicts.push(verdictOf(reply[index]));
  return { kind: 'done', verdicts, stockLeft: countOf('stock left', reply[0]) };
}

function verdictOf(reply: unknown): ReserveVerdict {
  if (typeof reply === 'string') return { kind: 'held', ...holdingOf(reply) };
  if (!Number.isSafeInteger(reply) || typeof reply !== 'number') throw unexpected('verdict', reply);
  if (reply > 0) return { kind: 'reserved', seq: reply };
  if (reply === 0) return { kind: 'sold-out' };
  if (reply === -1) return { kind: 'resolved' };
  throw unexpected('verdict', reply);
}

/** `+` or `-` (in the outbox or not), the order id, the quantity. */
export function holdingOf(reply: unknown): Holding {
  if (typeof reply !== 'string' || !HOLDING_SHAPE.test(reply)) throw unexpected('holding', reply);
  return {
    orderId: reply.slice(1, 1 + ORDER_ID_LENGTH),
    quantity: Number(reply.slice(1 + ORDER_ID_LENGTH)),
    accepting: reply.startsWith('+'),
  };
}

export function outboxEntryOf(orderId: string, value: string): OutboxEntry {
  const [, epoch, seq, reservedAtMs, quantity, buyerId] = OUTBOX_SHAPE.exec(value) ?? [];
  if (buyerId === undefined) throw unexpected(`outbox entry of ${orderId}`, value);
  return {
    epoch: Number(epoch),
    orderId,
    buyerId,
    quantity: Number(quantity),
    seq: Number(seq),
    reservedAtMs: Number.parseInt(reservedAtMs ?? '', 36),
  };
}

export function termsOf(reply: unknown): StockTerms {
  if (!Array.isArray(reply) || reply.length !== 7) throw unexpected('terms', reply);
  const [epoch, frozen, kept, stock, takenUnits, seq, outbox] = reply;
  return {
    epoch: countOf('epoch', epoch),
    frozen: countOf('frozen', frozen) === 1,
    lineage: countOf('lineage', kept) === 1 ? 'same' : 'other',
    stock: countOf('stock', stock),
    takenUnits: countOf('units taken', takenUnits),
    seq: countOf('seq', seq),
    outbox: countOf('outbox', outbox),
  };
}

/** The reply of HSCAN: the next cursor, then fields and values in turn. */
export function scanPageOf(reply: unknown): { cursor: string; entries: [string, string][] } {
  if (!Array.isArray(reply)) throw unexpected('scan', reply);
  const [cursor, flat]: unknown[] = reply;
  if (typeof cursor !== 'string' || !Array.isArray(flat)) throw unexpected('scan', reply);
  const entries: [string, string][] = [];
  for (let index = 0; index < flat.length; index += 2) {
    const [field, value]: unknown[] = [flat[index], flat[index + 1]];
    if (typeof field !== 'string' || typeof value !== 'string') throw unexpected('scan', reply);
    entries.push([field, value]);
  }
  return { cursor, entries };
}

export function oneOf<const Word extends string>(words: readonly Word[], reply: unknown): Word {
  const word = words.find((known) => known === reply);
  if (word === undefined) throw unexpected(words.join(' or '), reply);
  return word;
}

function countOf(name: string, reply: unknown): number {
  if (typeof reply !== 'number' || !Number.isSafeInteger(reply) || reply < 0) {
    throw unexpected(name, reply);
  }
  return reply;
}

/** What was seen is shown in part: enough to find out, too little to flood a log. */
function unexpected(expected: string, reply: unknown): RedisReplyError {
  const seen = String(JSON.stringify(reply)).slice(0, 200);
  return new RedisReplyError(`redis answered ${seen} where ${expected} was expected`);
}
