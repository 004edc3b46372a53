/**
 * A click while the stock store is away: who is drawn, who is told so, and when `entered` may be
 * said: not before the log has it, whatever ACCEPT_AFTER says.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createOrderIdMaker } from '../../../contract/ids.ts';
import type { Outcome } from '../../../contract/outcomes.ts';
import { createAdmission } from '../../../origin/admit/admission.ts';
import { nodeHashing } from '../../../origin/hashing.ts';
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
const AWAY = saleOf({ soldBy: 'log' });
const CLICK = {
  saleId: 'phone',
  buyerId: 'buyer-1',
  idempotencyKey: 'one-click-of-one-buyer',
  quantity: 1,
  admittedAtMs: NOW_MS,
};
const orderIdOf = createOrderIdMaker(nodeHashing, 'phone');
const OWN_ID = orderIdOf(CLICK.buyerId, CLICK.idempotencyKey);

interface World {
  sale?: Sale;
  share?: number;
  /** The book's row of the sale; the book is away when it is an error. */
  entry?: object | Error;
  /** The buyer's orders in the book, the newest last. */
  orders?: BookOrder[];
}

function setUp({ sale = AWAY, share = 1, entry = {}, orders = [] }: World = {}) {
  const appends = heldCalls<Parameters<Appender['append']>, AppendResult>();
  const row = { epoch: 3, soldBy: 'log', loaded: 1, free: 5, ...entry };
  let reads = 0;
  const isLive = ({ state }: BookOrder) => state === 'reserved' || state === 'paid';
  const admit = createAdmission({
    directory: { get: () => sale } as unknown as SaleDirectory,
    batcher: {
      reserve: () => {
        throw new Error('the store is away');
      },
    },
    appender: {
      append: (...given) => appends.call(given),
      waiting: () => 0,
      isDurable: () => false,
      drain: async () => {},
    },
    book: fakeBook({
      read: async <Row>() => {
        reads += 1;
        if (entry instanceof Error) throw entry;
        return [row as Row];
      },
      orderOf: async () => orders.find(isLive) ?? orders.at(-1),
      order: async (wanted) => orders.find(({ orderId }) => orderId === wanted),
    }),
    nowMs: () => NOW_MS,
    logger: memoryLogger().logger,
    acceptAfter: 'outbox',
    acceptWaitMs: 2_000,
    outageShare: share,
  });
  return { admit, appends: appends.calls, reads: () => reads };
}

/** The click's outcome, when nothing is appended. */
async function outcomeOf(world: World, quantity = 1): Promise<Outcome> {
  const { admit, appends } = setUp(world);
  const outcome = await admit({ ...CLICK, quantity });
  expect(appends, 'nothing goes to the log').toEqual([]);
  return outcome;
}

describe('the draw', () => {
  const drawnOf = async (world: World, count = 400) => {
    const { admit, reads } = setUp(world);
    const drawn: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const buyerId = `buyer-${index}`;
      void admit({ ...CLICK, buyerId }).then(({ kind }) => {
        if (kind !== 'not-drawn') drawn.push(buyerId);
      });
    }
    await vi.advanceTimersByTimeAsync(2_000);
    return { drawn, reads: reads() };
  };

  test('lets its share in, and spares the book the others', async () => {
    const { drawn, reads } = await drawnOf({ share: 0.1 });
    expect(drawn.length).toBeGreaterThan(20);
    expect(drawn.length).toBeLessThan(60);
    expect(reads).toBe(drawn.length);
    expect((await drawnOf({ share: 1 }, 50)).drawn).toHaveLength(50);
  });

  test('stays as it is for a buyer, and a larger share only adds to it', async () => {
    const few = (await drawnOf({ share: 0.1 })).drawn;
    expect((await drawnOf({ share: 0.1 })).drawn.toSorted()).toEqual(few.toSorted());
    expect((await drawnOf({ share: 0.3 })).drawn).toEqual(expect.arrayContaining(few));
  });

  test('is another one for another seed', async () => {
    const sale = saleOf({ soldBy: 'log', seed: 'B'.repeat(43) });
    const { drawn } = await drawnOf({ share: 0.5 });
    expect((await drawnOf({ share: 0.5, sale })).drawn.toSorted()).not.toEqual(drawn.toSorted());
  });

  test('says when to ask again', async () => {
    expect(await outcomeOf({ share: 0 })).toEqual({ kind: 'not-drawn', retryAfterMs: 10_000 });
  });

  test('is not for a sale that its store sells', async () => {
    const outcome = await outcomeOf({ sale: saleOf() });
    expect(outcome, 'the store is asked').toMatchObject({ kind: 'overloaded' });
  });
});

describe('a click that is let in', () => {
  test('is entered once the log has it, and not a moment earlier', async () => {
    const { admit, appends } = setUp();
    let outcome: Outcome | undefined;
    const admitting = admit(CLICK).then((result) => {
      outcome = result;
    });
    await vi.advanceTimersByTimeAsync(1_999);
    expect(outcome).toBeUndefined();
    const [reservation, kept] = appends[0]?.argument ?? [];
    const order = { orderId: OWN_ID, saleId: 'phone', quantity: 1 };
    const where = { epoch: 3, bucket: 0, seq: 1, reservedAtMs: NOW_MS };
    expect(reservation).toEqual({ ...order, ...where, buyerId: 'buyer-1' });
    expect(kept).toEqual({ hasOutboxEntry: false });
    appends[0]?.resolve('durable');
    await admitting;
    expect(outcome).toEqual({ kind: 'accepted', order: { ...order, state: 'entered' } });
  });

  test.each<[string, AppendResult | undefined]>([
    ['takes too long', undefined],
    ['ends with the process', 'left-to-relay'],
  ])('is not entered when the append %s: nobody else has it', async (_name, result) => {
    const { admit, appends } = setUp();
    const admitting = admit(CLICK);
    await vi.advanceTimersByTimeAsync(0);
    if (result !== undefined) appends[0]?.resolve(result);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await admitting).toEqual({ kind: 'overloaded', retryAfterMs: 1_000 });
  });

  test.each<[Partial<BookOrder>, string]>([
    [{}, 'accepted'],
    [{ state: 'rejected', reason: 'sold-out' }, 'order'],
  ])('is told what the book says, where the log settles at once: %j', async (change, kind) => {
    const { admit, appends } = setUp();
    const admitting = admit(CLICK);
    await vi.advanceTimersByTimeAsync(0);
    const [reservation = reservationOf(1)] = appends[0]?.argument ?? [];
    appends[0]?.resolve(bookOrderOf(reservation, change));
    const { state = 'reserved' } = change;
    expect(await admitting).toMatchObject({ kind, order: { orderId: OWN_ID, state } });
  });

  test('repeated while it is being appended is appended once', async () => {
    const { admit, appends } = setUp();
    const clicks = [admit(CLICK), admit(CLICK)];
    await vi.advanceTimersByTimeAsync(2_000);
    clicks.push(admit(CLICK));
    await vi.advanceTimersByTimeAsync(0);
    expect(appends).toHaveLength(1);
    appends[0]?.resolve('durable');
    const kinds = (await Promise.all(clicks)).map(({ kind }) => kind);
    expect(kinds).toEqual(['overloaded', 'overloaded', 'accepted']);
    void admit(CLICK);
    await vi.advanceTimersByTimeAsync(0);
    expect(appends, 'the map forgets').toHaveLength(2);
  });

  test.each([
    ['is of another epoch', { epoch: 4 }],
    ['is the store’s again', { soldBy: 'store' }],
    ['is not open yet', { loaded: 0 }],
  ])('waits when the sale %s', async (_name, entry) => {
    expect(await outcomeOf({ entry })).toEqual({ kind: 'recovering' });
  });

  test('is sold out when fewer units are left than asked for', async () => {
    expect(await outcomeOf({ entry: { free: 1 } }, 2)).toEqual({ kind: 'sold-out' });
  });

  test('asks again when the book is away as well', async () => {
    const outcome = await outcomeOf({ entry: new Error('the book is away') });
    expect(outcome).toEqual({ kind: 'overloaded', retryAfterMs: 1_000 });
  });
});

describe('a buyer with an order', () => {
  const own = reservationOf(1, { orderId: OWN_ID });
  const other = reservationOf(2, { buyerId: CLICK.buyerId });

  test('gets it', async () => {
    const outcome = await outcomeOf({ orders: [bookOrderOf(other)] });
    expect(outcome).toMatchObject({ kind: 'order', order: { orderId: other.orderId } });
  });

  test('whose very click ended is told how, though another came after it', async () => {
    const orders = [
      bookOrderOf(own, { state: 'expired' }),
      bookOrderOf(other, { state: 'cancelled' }),
    ];
    const outcome = await outcomeOf({ orders });
    expect(outcome).toMatchObject({ kind: 'order', order: { orderId: OWN_ID, state: 'expired' } });
    expect(await outcomeOf({ orders }, 2), 'for more').toEqual({ kind: 'key-reused' });
  });

  test('that is over may enter', async () => {
    const { admit, appends } = setUp({ orders: [bookOrderOf(other, { state: 'expired' })] });
    void admit(CLICK);
    await vi.advanceTimersByTimeAsync(0);
    expect(appends).toHaveLength(1);
  });
});
