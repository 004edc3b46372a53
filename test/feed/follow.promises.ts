/** What the feed role promises: what is new is said, and nobody waits for an edge that is away. */
import { expect } from 'vitest';
import type { FeedResult } from '../../contract/feed.ts';
import { FRESH_MS } from '../../origin/feed/batches.ts';
import { createFeedRound } from '../../origin/feed/follow.ts';
import type { PostOutcome } from '../../origin/feed/post-results.ts';
import type { OrderBook } from '../../origin/settle/book.ts';
import { createResultWriter, resultOf } from '../backends/book.results.ts';
import { memoryLogger } from '../origin/fakes.ts';

const goOn = () => true;

export interface FeedPromise {
  promise: string;
  check(book: OrderBook): Promise<void>;
}

/** A follower as a process of its own would have it, and an edge that answers as it is told. */
function follower(book: OrderBook, saleId: string) {
  const { logger, lines } = memoryLogger();
  const edge = { answer: { kind: 'posted' } as PostOutcome, lateMs: 0 };
  const posts: FeedResult[][] = [];
  const counts: Record<string, number> = {};
  const behind: number[] = [];
  const round = createFeedRound({
    book,
    async post(ofSale, results) {
      if (ofSale !== saleId) return { kind: 'posted' };
      posts.push([...results]);
      return edge.answer;
    },
    nowMs: () => Date.now() + edge.lateMs,
    logger,
    observe: (outcome, results) => {
      counts[outcome] = (counts[outcome] ?? 0) + results;
    },
    observeBehind: (ofSale, results) => {
      if (ofSale === saleId) behind.push(results);
    },
  });
  const said = () =>
    posts.map((results) => results.map(({ buyerId, order }) => `${buyerId} ${order.state}`));
  return { round, edge, posts, counts, behind, said, lines };
}

export const feedPromises: readonly FeedPromise[] = [
  {
    promise: 'every state an order reaches is said, to its buyer, as asking would tell',
    async check(book) {
      const writer = await createResultWriter(book);
      const { saleId } = writer.sale;
      const { round, posts, said } = follower(book, saleId);
      await writer.write([resultOf('ann', 'reserved'), resultOf('bob', 'rejected')]);
      await round(goOn);
      await writer.write([resultOf('ann', 'paid')]);
      await writer.write([resultOf('ann', 'refunded', { closedBy: 'operator' })]);
      await writer.write([resultOf('eve', 'expired', { closedBy: 'deadline' })]);
      await round(goOn);
      await round(goOn);
      // Of several steps of an order, the last.
      expect(said()).toEqual([
        ['ann reserved', 'bob rejected'],
        ['ann refunded', 'eve expired'],
      ]);
      expect(posts[0]).toEqual([
        {
          buyerId: 'ann',
          order: {
            orderId: resultOf('ann', 'reserved').orderId,
            saleId,
            state: 'reserved',
            quantity: 1,
            payBefore: '1970-01-01T00:00:09.000Z',
          },
        },
        expect.objectContaining({
          order: expect.objectContaining({ state: 'rejected', reason: 'duplicate' }),
        }),
      ]);
      expect(posts[1]?.[0]?.order).not.toHaveProperty('payBefore');
    },
  },
  {
    promise: 'whoever takes over says the newest again, and nothing that is long past',
    async check(book) {
      const writer = await createResultWriter(book);
      await writer.write([resultOf('ann', 'reserved')]);
      const { saleId } = writer.sale;
      const first = follower(book, saleId);
      await first.round(goOn);
      const second = follower(book, saleId);
      await second.round(goOn);
      expect([first.said(), second.said()]).toEqual([[['ann reserved']], [['ann reserved']]]);
      const late = follower(book, saleId);
      late.edge.lateMs = FRESH_MS + 5_000;
      await late.round(goOn);
      expect(late.said()).toEqual([]);
      expect(late.counts.late).toBeGreaterThan(0);
    },
  },
  {
    promise: 'what an edge that is away did not hear, it hears when it is back',
    async check(book) {
      const writer = await createResultWriter(book);
      const { round, edge, said, lines, counts } = follower(book, writer.sale.saleId);
      await round(goOn);
      edge.answer = { kind: 'away', reason: 'refused' };
      await writer.write([resultOf('ann', 'reserved')]);
      for (let rounds = 0; rounds < 10; rounds += 1) await round(goOn);
      const tries = said().length;
      // Asked less and less often, and logged once.
      expect(tries).toBeLessThan(5);
      expect(lines.filter((line) => line.includes('results do not reach the edge'))).toHaveLength(
        1,
      );
      edge.answer = { kind: 'posted' };
      for (let rounds = 0; rounds < 50; rounds += 1) await round(goOn);
      expect(said().slice(tries)).toEqual([['ann reserved']]);
      expect(counts.away).toBe(tries);
    },
  },
  {
    promise: 'a sale that fails does not keep the others from being said',
    async check(book) {
      const writers = [await createResultWriter(book), await createResultWriter(book)];
      const [bad = '', good = ''] = writers.map(({ sale }) => sale.saleId).sort();
      const write = (buyerId: string) =>
        Promise.all(writers.map((writer) => writer.write([resultOf(buyerId, 'reserved')])));
      const { logger, lines } = memoryLogger();
      const posts: string[] = [];
      let fails: 'reading' | 'posting' | 'never' = 'posting';
      const round = createFeedRound({
        book: {
          ...book,
          async read(statement, ...values) {
            if (fails === 'reading' && values[0] === bad) throw new Error('it cannot be read');
            return book.read(statement, ...values);
          },
        },
        async post(saleId, results) {
          if (saleId === bad && fails === 'posting') return { kind: 'away', reason: 'status 500' };
          for (const { buyerId } of results) posts.push(`${saleId} ${buyerId}`);
          return { kind: 'posted' };
        },
        ...{ nowMs: Date.now, logger, observe: () => {}, observeBehind: () => {} },
      });
      const saidOf = (saleId: string) => posts.filter((post) => post.startsWith(saleId));
      await write('0');
      for (let index = 1; index <= 8; index += 1) {
        if (index === 4) fails = 'reading';
        await round(goOn);
        await write(String(index));
      }
      // Each round says what is new of the other, without leaving one out.
      expect(saidOf(good)).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((index) => `${good} ${index}`));
      expect(saidOf(bad)).toEqual([]);
      expect(lines.filter((line) => line.includes('do not reach the edge'))).toHaveLength(1);
      fails = 'never';
      for (let rounds = 0; rounds < 50; rounds += 1) await round(goOn);
      const all = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((index) => `${bad} ${index}`);
      expect(saidOf(bad)).toEqual(all);
    },
  },
  {
    promise: 'what an edge refuses is left out, and the next is said',
    async check(book) {
      const writer = await createResultWriter(book);
      const { round, edge, said, behind } = follower(book, writer.sale.saleId);
      await round(goOn);
      edge.answer = { kind: 'refused', reason: 'status 400' };
      await writer.write([resultOf('ann', 'reserved')]);
      await round(goOn);
      edge.answer = { kind: 'posted' };
      await writer.write([resultOf('bob', 'reserved')]);
      await round(goOn);
      expect(said()).toEqual([['ann reserved'], ['bob reserved']]);
      expect(behind).toEqual([0, 0]);
    },
  },
  {
    promise: 'what fell too far behind is skipped, not queued',
    async check(book) {
      const writer = await createResultWriter(book);
      const { round, edge, said } = follower(book, writer.sale.saleId);
      await round(goOn);
      for (let row = 0; row < 430; row += 1) await writer.write([resultOf(`b${row}`, 'reserved')]);
      await round(goOn);
      const all = said().flat();
      expect(all).toHaveLength(400);
      expect(all.at(-1)).toBe('b429 reserved');
      expect(edge.answer.kind).toBe('posted');
    },
  },
  {
    promise: 'a row of more orders than a post takes becomes several posts',
    async check(book) {
      const writer = await createResultWriter(book);
      const { round, posts } = follower(book, writer.sale.saleId);
      const orderId = (index: number) => `o${index}`.padEnd(22, '-');
      const many = Array.from({ length: 2_500 }, (_, index) =>
        resultOf(`b${index}`, 'reserved', { orderId: orderId(index) }),
      );
      await writer.write(many);
      await round(goOn);
      expect(posts.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
    },
  },
  {
    promise: 'a process that may not go on any more says nothing',
    async check(book) {
      const writer = await createResultWriter(book);
      const { round, said } = follower(book, writer.sale.saleId);
      await writer.write([resultOf('ann', 'reserved')]);
      await round(() => false);
      expect(said()).toEqual([]);
      await round(goOn);
      expect(said()).toEqual([['ann reserved']]);
    },
  },
];
