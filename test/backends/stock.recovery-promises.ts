/**
 * What a StockLedger promises of being frozen, filled and loaded again: a recovery that died, or
 * that woke up too late, never opens a sale with less than the book knows.
 */
import { expect } from 'vitest';
import { MAX_FILL } from '../../origin/admit/stock.ts';
import { NOW_MS, order, request, type StockPromise, type Trial, termsOf } from './stock.trial.ts';

const FROZEN = { epoch: 2, frozen: true };
const HELD = { buyerId: 'buyer-7', orderId: order(7), quantity: 2 };

export const recoveryPromises: readonly StockPromise[] = [
  {
    promise: 'a frozen sale is recovering for every epoch, has no stock, and keeps its outbox',
    async check(trial) {
      const { stock, saleId, freeze, reserve } = trial;
      await busySale(trial);
      expect(await freeze()).toBe('frozen');
      for (const epoch of [1, 2, 3]) {
        expect(await reserve([request(9)], { epoch })).toEqual({ kind: 'recovering' });
      }
      expect(await stock.terms(saleId)).toEqual(termsOf({ ...FROZEN, outbox: 1 }));
      const pending = await stock.pending({ saleId, beforeMs: NOW_MS + 1, limit: 9 });
      expect(pending).toMatchObject([{ ...request(1), epoch: 1, seq: 1 }]);
      await stock.confirm(saleId, [order(1)]);
      expect(await stock.terms(saleId)).toMatchObject({ ...FROZEN, outbox: 0 });
    },
  },
  {
    promise: 'freezing forgets the buyers and the releases of before',
    async check(trial) {
      const { stock, saleId, freeze, reopen, reserve } = trial;
      await busySale(trial);
      await freeze();
      expect(await stock.find(saleId, 'buyer-1')).toBeUndefined();
      expect(await reopen()).toBe('loaded');
      const reply = await reserve([request(1), request(2)], { epoch: 2 });
      expect(reply).toMatchObject({ verdicts: [{ kind: 'reserved' }, { kind: 'reserved' }] });
    },
  },
  {
    promise: 'a sale that the store does not know can be frozen, filled and loaded',
    async check(trial) {
      const { stock, saleId, freeze, fill, reopen, reserve } = trial;
      expect(await freeze()).toBe('frozen');
      expect(await stock.terms(saleId)).toEqual(termsOf(FROZEN));
      expect(await fill({ holdings: [HELD], releasedIds: [order(8)] })).toBe('filled');
      expect(await reopen()).toBe('loaded');
      expect(await stock.terms(saleId)).toEqual(termsOf({ epoch: 2, stock: 5 }));
      const known = { orderId: order(7), quantity: 2, accepting: false };
      expect(await stock.find(saleId, 'buyer-7')).toEqual(known);
      const clicks = [request(7), request(8), request(9)];
      expect(await reserve(clicks, { epoch: 2 })).toEqual({
        kind: 'done',
        stockLeft: 4,
        verdicts: [{ kind: 'held', ...known }, { kind: 'resolved' }, { kind: 'reserved', seq: 1 }],
      });
    },
  },
  {
    promise: 'freezing again, filling again and loading again by the same token change nothing',
    async check(trial) {
      const { stock, saleId, freeze, fill, reopen, reserve } = trial;
      await freeze();
      await fill({ holdings: [HELD], releasedIds: [order(8)] });
      expect(await freeze()).toBe('frozen');
      expect(await stock.find(saleId, 'buyer-7')).toMatchObject({ orderId: order(7) });
      expect(await fill({ holdings: [HELD], releasedIds: [order(8)] })).toBe('filled');
      expect(await reopen()).toBe('loaded');
      expect(await stock.find(saleId, 'buyer-7')).toMatchObject({ orderId: order(7) });
      await reserve([request(9)], { epoch: 2 });
      expect(await reopen({ units: 99 })).toBe('loaded');
      expect(await freeze()).toBe('loaded');
      expect(await fill({ holdings: [HELD] })).toBe('lost');
      const terms = termsOf({ epoch: 2, stock: 4, takenUnits: 1, seq: 1, outbox: 1 });
      expect(await stock.terms(saleId)).toEqual(terms);
      expect(await stock.find(saleId, 'buyer-9')).toMatchObject({ orderId: order(9) });
    },
  },
  {
    promise: 'another token takes over and starts anew; the first one is lost from then on',
    async check(trial) {
      const { stock, saleId, freeze, fill, reopen } = trial;
      await freeze();
      await fill({ holdings: [HELD], releasedIds: [order(8)] });
      expect(await freeze({ token: 'token-b' })).toBe('frozen');
      expect(await stock.find(saleId, 'buyer-7')).toBeUndefined();
      expect(await fill({ holdings: [HELD], releasedIds: [order(8)] })).toBe('lost');
      expect(await fill({})).toBe('lost');
      expect(await reopen()).toBe('lost');
      expect(await stock.find(saleId, 'buyer-7')).toBeUndefined();
      expect(await stock.terms(saleId)).toEqual(termsOf(FROZEN));
      expect(await reopen({ token: 'token-b' })).toBe('loaded');
      // That the epoch is loaded is what the first one wanted.
      expect(await reopen({ units: 9 })).toBe('loaded');
      expect(await trial.release({ epoch: 2, orderId: order(8) })).toBe('applied');
      expect(await stock.terms(saleId)).toMatchObject({ frozen: false, stock: 6 });
    },
  },
  {
    promise: 'a token loads and fills only what it froze, of the same epoch',
    async check({ stock, saleId, load, freeze, fill, reopen }) {
      expect(await fill({ holdings: [HELD] })).toBe('lost');
      expect(await reopen()).toBe('lost');
      expect(await stock.terms(saleId)).toBeUndefined();
      await load(3);
      expect(await fill({ epoch: 1, holdings: [HELD] })).toBe('lost');
      expect(await reopen()).toBe('lost');
      expect(await stock.terms(saleId)).toEqual(termsOf({ stock: 3 }));
      await freeze();
      expect(await fill({ epoch: 1, holdings: [HELD] })).toBe('lost');
      expect(await fill({ epoch: 3, holdings: [HELD] })).toBe('lost');
      expect(await reopen({ epoch: 3 })).toBe('lost');
      expect(await stock.find(saleId, 'buyer-7')).toBeUndefined();
      expect(await stock.terms(saleId)).toEqual(termsOf(FROZEN));
    },
  },
  {
    promise: 'a new sale is not loaded over a frozen one of its epoch',
    async check({ stock, saleId, load, freeze }) {
      await freeze({ epoch: 1 });
      expect(await load(9)).toBe('lost');
      expect(await stock.terms(saleId)).toEqual(termsOf({ frozen: true }));
      expect(await load(9, 2)).toBe('loaded');
      expect(await stock.terms(saleId)).toEqual(termsOf({ epoch: 2, stock: 9 }));
    },
  },
  {
    promise: 'an earlier epoch neither freezes, fills nor loads a later one, frozen or open',
    async check(trial) {
      const { stock, saleId, load, freeze, fill, reopen } = trial;
      await freeze({ epoch: 10 });
      expect(await freeze({ epoch: 9 })).toBe('newer');
      expect(await fill({ epoch: 9, holdings: [HELD] })).toBe('lost');
      expect(await reopen({ epoch: 9 })).toBe('newer');
      expect(await load(3, 9)).toBe('newer');
      expect(await stock.terms(saleId)).toEqual(termsOf({ epoch: 10, frozen: true }));
      await reopen({ epoch: 10 });
      expect(await freeze({ epoch: 9, token: 'token-b' })).toBe('newer');
      expect(await reopen({ epoch: 9 })).toBe('newer');
      expect(await stock.terms(saleId)).toEqual(termsOf({ epoch: 10, stock: 5 }));
      expect(await freeze({ epoch: 11, token: 'token-b' })).toBe('frozen');
      expect(await stock.terms(saleId)).toEqual(termsOf({ epoch: 11, frozen: true }));
    },
  },
  {
    promise: 'what comes late to a frozen sale waits, or counts as known to a later epoch',
    async check({ stock, saleId, load, freeze, fill, reopen, release, hold }) {
      await load(3);
      await freeze({ epoch: 10 });
      for (const [epoch, reply] of [
        [9, 'newer'],
        [10, 'recovering'],
        [11, 'recovering'],
      ] as const) {
        expect(await release({ epoch }), `release of ${epoch}`).toBe(reply);
        expect(await hold({ epoch }), `hold of ${epoch}`).toBe(reply);
      }
      await fill({ epoch: 10, holdings: [HELD], releasedIds: [order(8)] });
      await reopen({ epoch: 10 });
      const again = { orderId: order(1), buyerId: 'buyer-1', quantity: 1 };
      const call = { saleId, epoch: 10, perBuyer: 5, nowMs: 1, requests: [again] };
      const begun = await stock.reserve(call);
      expect(begun, 'what a late release ended').toMatchObject({
        verdicts: [{ kind: 'resolved' }],
      });
      const late = { epoch: 10, orderId: order(8), buyerId: 'buyer-8' };
      expect(await release(late)).toBe('already');
      expect(await hold(late)).toBe('already');
      expect(await hold({ ...HELD, epoch: 10 })).toBe('already');
      expect(await release({ ...HELD, epoch: 10, units: 2 })).toBe('applied');
      expect(await stock.terms(saleId)).toEqual(termsOf({ epoch: 10, stock: 7 }));
    },
  },
  {
    promise: `one call fills ${MAX_FILL} holdings and ${MAX_FILL} releases`,
    async check({ stock, saleId, freeze, fill, reopen, release }) {
      const numbers = Array.from({ length: MAX_FILL }, (_, index) => index);
      const holdings = numbers.map((number) => ({ ...request(number), quantity: 1 }));
      const releasedIds = numbers.map((number) => order(number + MAX_FILL));
      await freeze();
      expect(await fill({ holdings, releasedIds })).toBe('filled');
      await reopen();
      for (const number of [0, 249, 250, 500, MAX_FILL - 1]) {
        const known = { orderId: order(number), quantity: 1, accepting: false };
        expect(await stock.find(saleId, `buyer-${number}`)).toEqual(known);
        const late = { epoch: 2, orderId: order(number + MAX_FILL) };
        expect(await release(late)).toBe('already');
      }
    },
  },
  {
    promise: 'calls to recover that are not valid are refused and change nothing',
    check: checkInvalidCalls,
  },
];

/** Order 1 waits in the outbox, order 2 was released. */
async function busySale({ load, verdicts, release }: Trial): Promise<void> {
  await load(5);
  await verdicts([request(1), request(2)]);
  await release({ orderId: order(2), buyerId: 'buyer-2' });
}

async function checkInvalidCalls({ stock, saleId, freeze, fill, reopen }: Trial): Promise<void> {
  const refused = { code: 'stock-arguments' };
  const attempts = [{ epoch: 0 }, { epoch: 1.5 }, { token: '' }, { token: 'x'.repeat(65) }];
  for (const call of attempts) await expect(freeze(call)).rejects.toMatchObject(refused);
  expect(await stock.terms(saleId)).toBeUndefined();
  await freeze();
  const wrong = [
    ...['', 'short', `${order(7)}x`].map((orderId) => ({ orderId })),
    ...['', 'x'.repeat(65)].map((buyerId) => ({ buyerId })),
    ...[0, -1, 0.5, 1e9, Number.NaN].map((quantity) => ({ quantity })),
  ];
  const tooMany = Array.from({ length: MAX_FILL + 1 }, (_, index) => order(index));
  for (const call of [
    ...attempts,
    ...wrong.map((change) => ({ holdings: [HELD, { ...HELD, ...change }] })),
    { holdings: tooMany.map((orderId) => ({ ...HELD, orderId })) },
    { releasedIds: tooMany },
    { releasedIds: [order(8), 'short'] },
  ]) {
    await expect(fill(call)).rejects.toMatchObject(refused);
  }
  for (const call of [...attempts, { units: -1 }, { units: 0.5 }]) {
    await expect(reopen(call)).rejects.toMatchObject(refused);
  }
  expect(await stock.find(saleId, 'buyer-7')).toBeUndefined();
  expect(await stock.terms(saleId)).toEqual(termsOf(FROZEN));
}
