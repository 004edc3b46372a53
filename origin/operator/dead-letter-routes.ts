/**
 * The dead letters: what could not be settled, and the two commands that end it. Both are safe to
 * repeat.
 */
import type { Context, Hono } from 'hono';
import { invalidRequest } from '../../contract/invalid.ts';
import { decodeRecord } from '../../contract/log/codec.ts';
import {
  type DeadLetter,
  type DeadLetterRefusal,
  type DeadLetterResult,
  type DeadLetters,
  type DeadRecord,
  deadLetterIdSchema,
  deadLetterProblem,
  deadLettersQuerySchema,
  type WholeDeadLetter,
} from '../../contract/operator-dead-letters.ts';
import {
  discardLetter,
  type EndedLetter,
  type LetterOutcome,
  replayLetter,
} from '../dead-letters/end-letter.ts';
import { findLetter, type LetterRow, listLetters } from '../dead-letters/letters.ts';
import { answer, json } from '../http/answer.ts';
import type { OrderBook } from '../settle/book.ts';

export function addDeadLetterRoutes(routes: Hono, { book }: { book: OrderBook }): void {
  routes.get('/operator/dead-letters', async (context) => {
    const query = deadLettersQuerySchema.safeParse(context.req.query());
    if (!query.success) return answer(invalidRequest('query', query.error));
    const rows = await listLetters(book, query.data);
    const next = rows.length < query.data.limit ? undefined : rows.at(-1)?.id;
    const page: DeadLetters = {
      letters: rows.map(letterOf),
      ...(next === undefined ? {} : { next }),
    };
    return json(page);
  });

  routes.get('/operator/dead-letters/:letterId', async (context) => {
    const id = idOf(context);
    const letter = id === undefined ? undefined : await findLetter(book, id);
    if (letter === undefined) return refuse({ kind: 'unknown-letter' });
    const { value } = letter;
    const whole: WholeDeadLetter = {
      ...letterOf(letter),
      value: Buffer.from(value).toString('base64'),
      record: recordIn(value),
    };
    return json(whole);
  });

  const commands = { replay: replayLetter, discard: discardLetter };
  for (const [verb, end] of Object.entries(commands)) {
    routes.post(`/operator/dead-letters/:letterId/${verb}`, async (context) => {
      const id = idOf(context);
      const outcome: LetterOutcome =
        id === undefined ? { kind: 'unknown-letter' } : await end(book, id);
      return outcome.kind === 'ended' ? json(resultOf(outcome)) : refuse(outcome);
    });
  }
}

function idOf(context: Context): number | undefined {
  const id = deadLetterIdSchema.safeParse(context.req.param('letterId'));
  return id.success ? Number(id.data) : undefined;
}

function letterOf(row: LetterRow): DeadLetter {
  const { id, state, reason, source, partition, offset, orderId, attempts } = row;
  const { saleId, buyerId, quantity } = row;
  return {
    ...{ id, state, reason, source, partition, offset, attempts },
    ...(orderId === '' ? {} : { orderId }),
    ...(saleId === null ? {} : { saleId }),
    ...(buyerId === null ? {} : { buyerId }),
    ...(quantity === null ? {} : { quantity }),
    buriedAt: new Date(row.buriedAtMs).toISOString(),
    changedAt: new Date(row.changedAtMs).toISOString(),
  };
}

/** By what this program reads, which may be more than the one that buried it. */
function recordIn(value: Uint8Array): DeadRecord {
  const record = decodeRecord(value);
  switch (record.kind) {
    case 'reserved': {
      const reservations = record.reservations.map(({ reservedAtMs, ...reservation }) => ({
        ...reservation,
        reservedAt: new Date(reservedAtMs).toISOString(),
      }));
      return { kind: 'reserved', reservations };
    }
    case 'barrier':
      return { kind: 'barrier', ...record.barrier };
    case 'unreadable':
      return { kind: 'unreadable', reason: record.reason };
  }
}

function resultOf({ letter, orders, refused }: EndedLetter): DeadLetterResult {
  return {
    letter: letterOf(letter),
    orders: orders.map(({ orderId, state, reason }) => ({
      ...{ orderId, state },
      ...(reason === undefined ? {} : { reason }),
    })),
    unwritten: refused.map(({ reservation: { orderId }, reason }) => ({ orderId, reason })),
  };
}

function refuse(refusal: DeadLetterRefusal): Response {
  const { status, headers, body } = deadLetterProblem(refusal);
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'cache-control': 'no-store', ...headers },
  });
}
