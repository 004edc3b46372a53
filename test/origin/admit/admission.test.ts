/**
 * One click to its outcome: what the sale says, what the store says, and when `queued` may be said
 * (I3).
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { httpOf, type Outcome } from '../../../contract/outcomes.ts';
import { type Click, createAdmission, judgeClick } from '../../../origin/admit/admission.ts';
import type { BatchedVerdict } from '../../../origin/admit/reserve-batcher.ts';
import type { Appender, AppendResult } from '../../../origin/log/appender.ts';
import type { SaleDirectory } from '../../../origin/sales/directory.ts';
import type { BookOrder, Sale } from '../../../origin/settle/book.ts';
import { bookOrderOf, fakeBook, heldCalls, memoryLogger, reservationOf, saleOf } from '../fakes.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const NOW_MS = 1_500;
const CLICK: Click = {
  saleId: 'phone',
  buyerId: 'buyer-1',
  idempotencyKey: 'one-click-of-one-buyer',
  quantity: 1,
  admittedAtMs: NOW_MS,
};

interface Change {
  sale?: Sale | undefined;
  verdict?: BatchedVerdict | Error;
  known?: BookOrder;
  acceptAfter?: 'log' | 'outbox';
}

function setUp(change: Change = {}) {
  const { verdict = { kind: 'reserved', seq: 7, epoch: 4 }, acceptAfter = 'log' } = change;
  const sale = 'sale' in change ? change.sale : saleOf();
  const appends = heldCalls<Parameters<Appender['append']>[0], AppendResult>();
  const asked: string[] = [];
  const { logger, lines } = memoryLogger();
  const admit = createAdmission({
    directory: { get: () => sale } as unknown as SaleDirectory,
    batcher: {
      async reserve(_sale, request) {
        asked.push(request.orderId);
        if (verdict instanceof Error) throw verdict;
        return verdict;
      },
    },
    appender: {
      append: appends.call,
      waiting: () => 0,
      isDurable: () => false,
      drain: async () => {},
    },
    book: fakeBook({ order: async () => change.known }),
    nowMs: () => NOW_MS,
    logger,
    acceptAfter,
    acceptWaitMs: 2_000,
  });
  return { admit, appends: appends.calls, asked, lines };
}

/** The click's outcome, when nothing is appended. */
async function outcomeOf(change: Change, click: Partial<Click> = {}): Promise<Outcome> {
  const { admit, appends } = setUp(change);
  const outcome = await admit({ ...CLICK, ...click });
  expect(appends, 'nothing goes to the log').toEqual([]);
  return outcome;
}

describe('the sale', () => {
  test.each<[string, Partial<Sale>, Partial<Click>, string]>([
    ['before it opens', {}, { admittedAtMs: 999 }, 'not-open'],
    ['at its opening', {}, { admittedAtMs: 1_000 }, 'let through'],
    ['in its last millisecond', {}, { admittedAtMs: 1_999 }, 'let through'],
    ['at its end', {}, { admittedAtMs: 2_000 }, 'ended'],
    ['paused', { paused: true }, {}, 'not-open'],
    ['paused and over', { paused: true }, { admittedAtMs: 2_000 }, 'ended'],
    ['with too many units asked for', {}, { quantity: 3 }, 'invalid-request'],
    ['with as many as a buyer may have', {}, { quantity: 2 }, 'let through'],
    ['whose stock is not loaded', { loaded: false }, {}, 'recovering'],
  ])('%s', (_name, sale, click, kind) => {
    const refusal = judgeClick(saleOf(sale), { ...CLICK, ...click }, NOW_MS);
    expect(refusal?.kind ?? 'let through').toBe(kind);
  });

  test('is judged before the store is asked', async () => {
    const { admit, asked } = setUp({ sale: saleOf({ paused: true }) });
    expect(await admit(CLICK)).toMatchObject({ kind: 'not-open', paused: true, nowMs: NOW_MS });
    expect(asked).toEqual([]);
  });

  test('may be unknown', async () => {
    expect(await outcomeOf({ sale: undefined })).toEqual({ kind: 'unknown-sale' });
  });
});

describe('a new order', () => {
  test('is queued once the log has it, and not a moment earlier', async () => {
    const { admit, appends } = setUp();
    let outcome: Outcome | undefined;
    const admitting = admit(CLICK).then((result) => {
      outcome = result;
    });
    await vi.advanceTimersByTimeAsync(1_999);
    expect(outcome).toBeUndefined();
    expect(appends[0]?.argument).toMatchObject({
      saleId: 'phone',
      // The call's, which is later than the one that this process knows.
      epoch: 4,
      bucket: 0,
      buyerId: 'buyer-1',
      quantity: 1,
      seq: 7,
      reservedAtMs: NOW_MS,
    });
    appends[0]?.resolve('durable');
    await admitting;
    expect(outcome).toEqual({
      kind: 'accepted',
      order: {
        orderId: appends[0]?.argument.orderId,
        saleId: 'phone',
        state: 'queued',
        quantity: 1,
      },
    });
  });

  test.each<[string, AppendResult | undefined]>([
    ['takes too long', undefined],
    ['is left to the relay', 'left-to-relay'],
  ])('is only accepting when the append %s', async (_name, result) => {
    const { admit, appends } = setUp();
    const admitting = admit(CLICK);
    await vi.advanceTimersByTimeAsync(0);
    if (result !== undefined) appends[0]?.resolve(result);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await admitting).toMatchObject({ kind: 'accepted', order: { state: 'accepting' } });
  });

  test('is queued at once where ACCEPT_AFTER=outbox, and appended all the same', async () => {
    const { admit, appends } = setUp({ acceptAfter: 'outbox' });
    expect(await admit(CLICK)).toMatchObject({ kind: 'accepted', order: { state: 'queued' } });
    expect(appends).toHaveLength(1);
  });

  test('has one id a sale, buyer and key', async () => {
    const { admit, asked } = setUp({ verdict: { kind: 'sold-out' } });
    await admit(CLICK);
    await admit({ ...CLICK, quantity: 2 });
    await admit({ ...CLICK, buyerId: 'buyer-2' });
    await admit({ ...CLICK, idempotencyKey: 'another-click' });
    expect(asked[0]).toBe(asked[1]);
    expect(new Set(asked).size).toBe(3);
  });
});

describe('a new order that the log settles at once', () => {
  /** The outcome when the append tells this of the order. */
  async function outcomeOfSettled(change: Partial<BookOrder> | 'held') {
    const { admit, appends } = setUp();
    const admitting = admit(CLICK);
    await vi.advanceTimersByTimeAsync(0);
    const reservation = appends[0]?.argument ?? reservationOf(1);
    appends[0]?.resolve(change === 'held' ? change : bookOrderOf(reservation, change));
    const { orderId, saleId, quantity } = reservation;
    return { outcome: await admitting, view: { orderId, saleId, quantity } };
  }

  test('is reserved, and may be paid until then', async () => {
    const { outcome, view } = await outcomeOfSettled({});
    const order = { ...view, state: 'reserved', payBefore: '1970-01-01T00:05:05.000Z' };
    expect(outcome).toEqual({ kind: 'accepted', order });
    expect(httpOf(outcome).status).toBe(200);
  });

  test('is rejected: the answer is the one that the click gets when it is repeated', async () => {
    const { outcome, view } = await outcomeOfSettled({ state: 'rejected', reason: 'sold-out' });
    const order = { ...view, state: 'rejected', reason: 'sold-out' };
    expect(outcome).toEqual({ kind: 'order', order });
    expect(httpOf(outcome).status).toBe(200);
  });

  test('is paid by now, since its first answer was lost', async () => {
    const { outcome, view } = await outcomeOfSettled({ state: 'paid' });
    expect(outcome).toEqual({ kind: 'order', order: { ...view, state: 'paid' } });
  });

  test('is in the book with another quantity: that was another request', async () => {
    expect((await outcomeOfSettled({ quantity: 2 })).outcome).toEqual({ kind: 'key-reused' });
  });

  test('lies in the dead letters, and the shop has to look at it', async () => {
    const { outcome, view } = await outcomeOfSettled('held');
    expect(outcome).toEqual({ kind: 'accepted', order: { ...view, state: 'queued', held: true } });
    expect(httpOf(outcome).status).toBe(202);
  });
});

describe('the store says', () => {
  test.each<[BatchedVerdict, Outcome]>([
    [{ kind: 'sold-out' }, { kind: 'sold-out' }],
    [{ kind: 'recovering' }, { kind: 'recovering' }],
  ])('%j', async (verdict, outcome) => {
    expect(await outcomeOf({ verdict })).toEqual(outcome);
  });

  test('nothing: the buyer asks again with the same key', async () => {
    const outcome = await outcomeOf({ verdict: new Error('connection lost') });
    expect(outcome).toEqual({ kind: 'overloaded', retryAfterMs: 1_000 });
  });

  test.each([
    [true, 'accepting'],
    [false, 'queued'],
  ])('the buyer holds another order, its outbox entry there: %s', async (accepting, state) => {
    const { orderId } = reservationOf(5);
    const verdict = { kind: 'held', orderId, quantity: 2, accepting } as const;
    const order = { orderId, saleId: 'phone', state, quantity: 2 };
    expect(await outcomeOf({ verdict })).toEqual({ kind: 'order', order });
  });

  test('the buyer holds an order that the book knows: the book’s word counts', async () => {
    const { orderId } = reservationOf(5);
    const verdict = { kind: 'held', orderId, quantity: 1, accepting: true } as const;
    const outcome = await outcomeOf({ verdict, known: bookOrderOf(reservationOf(5)) });
    expect(outcome).toMatchObject({ kind: 'order', order: { orderId, state: 'reserved' } });
  });

  test('this very order ended before: the book tells how', async () => {
    const known = bookOrderOf(reservationOf(5), { state: 'rejected', reason: 'sold-out' });
    const outcome = await outcomeOf({ verdict: { kind: 'resolved' }, known });
    expect(outcome).toMatchObject({ order: { state: 'rejected', reason: 'sold-out' } });
    expect(await outcomeOf({ verdict: { kind: 'resolved' } })).toEqual({ kind: 'recovering' });
  });
});

describe('a key used again', () => {
  /** The id that this very click has. */
  async function ownId(): Promise<string> {
    const { admit, asked } = setUp({ verdict: { kind: 'sold-out' } });
    await admit(CLICK);
    return asked[0] ?? '';
  }

  test('for the same request is the same order', async () => {
    const verdict = {
      kind: 'held',
      orderId: await ownId(),
      quantity: 1,
      accepting: false,
    } as const;
    expect((await outcomeOf({ verdict })).kind).toBe('order');
  });

  test('for another quantity is refused, in the store and in the book', async () => {
    const orderId = await ownId();
    const verdict = { kind: 'held', orderId, quantity: 2, accepting: false } as const;
    expect(await outcomeOf({ verdict })).toEqual({ kind: 'key-reused' });
    const known = bookOrderOf({ ...reservationOf(1), orderId, quantity: 2 });
    expect(await outcomeOf({ verdict: { kind: 'resolved' }, known })).toEqual({
      kind: 'key-reused',
    });
  });
});
