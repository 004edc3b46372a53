/** What the leaderboard role promises: settled is seen, and nothing counts twice. */
import { expect } from 'vitest';
import { armFailpoints } from '../../origin/failpoints.ts';
import type { OrderResult } from '../../origin/results/result.ts';
import { createResultWriter, resultOf } from '../backends/book.results.ts';
import { createDice } from '../backends/stock.steps.ts';
import type { FollowPromise } from './trial.ts';

const goOn = () => true;
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));

export const followPromises: readonly FollowPromise[] = [
  {
    promise: 'buyers come, pay, leave and come again',
    async check(trial) {
      const writer = await createResultWriter(trial.book);
      const { round, steps } = trial.follower(writer);
      const at = (reservedAtMs: number) => ({ reservedAtMs });
      await writer.write([
        resultOf('ann', 'reserved', at(30)),
        resultOf('bob', 'reserved', at(10)),
        resultOf('eve', 'rejected', at(20)),
      ]);
      await round(goOn);
      expect(await trial.boardOf(writer)).toEqual({ buyers: ['bob', 'ann'], sold: 2, cursor: 1 });
      await writer.write([resultOf('bob', 'paid')]);
      await writer.write([resultOf('ann', 'rejected'), resultOf('bob', 'refunded')]);
      await round(goOn);
      expect(await trial.boardOf(writer)).toEqual({ buyers: ['ann'], sold: 1, cursor: 3 });
      await writer.write([resultOf('bob', 'reserved', at(5))]);
      await round(goOn);
      expect(await trial.boardOf(writer)).toEqual({ buyers: ['bob', 'ann'], sold: 2, cursor: 4 });
      expect(steps.at(-1)).toEqual({ orders: 1, behind: 0 });
    },
  },
  {
    promise: 'a sale that ranks by quantity',
    async check(trial) {
      const writer = await createResultWriter(trial.book, { score: 'quantity' });
      await writer.write([
        resultOf('one', 'reserved', { quantity: 1, reservedAtMs: 1 }),
        resultOf('late', 'reserved', { quantity: 3, reservedAtMs: 9 }),
        resultOf('early', 'reserved', { quantity: 3, reservedAtMs: 8 }),
      ]);
      await trial.follower(writer).round(goOn);
      expect((await trial.boardOf(writer)).buyers).toEqual(['early', 'late', 'one']);
    },
  },
  {
    promise: 'one round brings every sale forward, however far it is behind',
    async check(trial) {
      const writers = [];
      for (let index = 0; index < 10; index += 1) {
        writers.push(await createResultWriter(trial.book));
      }
      for (let row = 0; row < 45; row += 1) {
        await writers[0]?.write([resultOf(`buyer-${row}`, 'reserved')]);
      }
      for (const writer of writers) await writer.write([resultOf('ann', 'reserved')]);
      await trial.follower(...writers).round(goOn);
      const sold = await Promise.all(
        writers.map(async (writer) => (await trial.boardOf(writer)).sold),
      );
      expect(sold).toEqual([46, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    },
  },
  {
    promise: 'a row of more buyers than a batch takes',
    async check(trial) {
      const writer = await createResultWriter(trial.book);
      const crowd = Array.from({ length: 1_500 }, (_, index) => resultOf(`b${index}`, 'reserved'));
      await writer.write(crowd);
      await writer.write(
        crowd.slice(0, 1_200).map((one) => ({ ...one, state: 'expired' as const })),
      );
      await trial.follower(writer).round(goOn);
      const { buyers, sold, cursor } = await trial.boardOf(writer);
      expect([buyers.length, sold, cursor]).toEqual([300, 300, 2]);
    },
  },
  {
    promise: 'dead between applying and remembering: nothing counts twice',
    async check(trial) {
      const writer = await createResultWriter(trial.book);
      const dying = trial.follower(writer);
      await writer.write([resultOf('ann', 'reserved'), resultOf('bob', 'reserved')]);
      armFailpoints([{ name: 'leaderboard.after-apply', action: 'fail', count: 1, skip: 0 }]);
      await dying.round(goOn);
      expect(dying.lines).toEqual(['warn the leaderboard does not move']);
      await writer.write([resultOf('bob', 'expired')]);
      await trial.follower(writer).round(goOn);
      expect(await trial.boardOf(writer)).toEqual({ buyers: ['ann'], sold: 1, cursor: 2 });
      // The one that lost the answer goes on too, from where the board is.
      await writer.write([resultOf('cid', 'reserved')]);
      for (let round = 0; round < 6; round += 1) await dying.round(goOn);
      expect(await trial.boardOf(writer)).toEqual({ buyers: ['ann', 'cid'], sold: 2, cursor: 3 });
      expect(dying.lines.at(-1)).toBe('info it is over: the leaderboard does not move');
    },
  },
  {
    promise: `two followers at once count nothing twice (SEED=${SEED})`,
    async check(trial) {
      const dice = createDice(SEED);
      const writer = await createResultWriter(trial.book);
      const followers = [trial.follower(writer), trial.follower(writer), trial.follower(writer)];
      const held = new Set<string>();
      let writing = true;
      const following = followers.map(async ({ round }) => {
        while (writing) {
          await round(goOn);
          await new Promise((resolve) => setTimeout(resolve, dice(8)));
        }
      });
      for (let row = 0; row < 80; row += 1) {
        const orders: OrderResult[] = [];
        for (let index = 0; index < 1 + dice(30); index += 1) {
          const buyerId = `buyer-${dice(60)}`;
          const state = held.has(buyerId) ? 'expired' : 'reserved';
          if (state === 'reserved') held.add(buyerId);
          else held.delete(buyerId);
          orders.push(resultOf(buyerId, state));
        }
        await writer.write(orders);
      }
      writing = false;
      await Promise.all(following);
      for (let round = 0; round < 2; round += 1) await followers[0]?.round(goOn);
      const { buyers, sold, cursor } = await trial.boardOf(writer);
      expect([...buyers].sort()).toEqual([...held].sort());
      expect([sold, cursor]).toEqual([held.size, 80]);
      expect(followers.flatMap(({ lines }) => lines)).toEqual([]);
    },
  },
  {
    promise: 'a board that lost its data is filled again from the results',
    async check(trial) {
      const writer = await createResultWriter(trial.book);
      const { round, lines } = trial.follower(writer);
      await writer.write([resultOf('ann', 'reserved'), resultOf('bob', 'reserved')]);
      await writer.write([resultOf('bob', 'cancelled')]);
      await round(goOn);
      const before = await trial.boardOf(writer);
      await trial.forgetBoard(writer.sale.saleId);
      expect((await trial.boardOf(writer)).cursor).toBe(0);

      // Noticed with the next result at the latest, else within TRUST_ROUNDS rounds.
      await writer.write([resultOf('bob', 'paid')]);
      await round(goOn);
      await round(goOn);
      expect(await trial.boardOf(writer)).toEqual({ ...before, cursor: 3 });

      await trial.forgetBoard(writer.sale.saleId);
      for (let waited = 0; waited < 200; waited += 1) await round(goOn);
      expect(await trial.boardOf(writer)).toEqual({ ...before, cursor: 3 });
      expect(lines).toEqual([]);
    },
  },
  {
    promise: 'results that are forgotten leave a gap at the start',
    async check(trial) {
      const writer = await createResultWriter(trial.book);
      const { round } = trial.follower(writer);
      await writer.write([resultOf('ann', 'reserved')]);
      await writer.write([resultOf('bob', 'reserved')]);
      await writer.write([resultOf('cid', 'reserved')]);
      await writer.forget(2);
      await round(goOn);
      expect(await trial.boardOf(writer)).toEqual({ buyers: ['cid'], sold: 1, cursor: 3 });
      await writer.write([resultOf('dan', 'reserved')]);
      await writer.forget(4);
      await trial.forgetBoard(writer.sale.saleId);
      await trial.follower(writer).round(goOn);
      expect(await trial.boardOf(writer)).toEqual({ buyers: [], sold: 0, cursor: 4 });
    },
  },
  {
    promise: 'a round that may not go on does nothing',
    async check(trial) {
      const writer = await createResultWriter(trial.book);
      await writer.write([resultOf('ann', 'reserved')]);
      await trial.follower(writer).round(() => false);
      expect(await trial.boardOf(writer)).toEqual({ buyers: [], sold: 0, cursor: 0 });
    },
  },
  {
    promise: 'one sale that cannot go on does not hold up the others',
    async check(trial) {
      const [broken, whole] = [
        await createResultWriter(trial.book),
        await createResultWriter(trial.book),
      ];
      await broken.write([resultOf('ann', 'reserved', { quantity: 9_999 })]);
      await whole.write([resultOf('ann', 'reserved')]);
      const { round, lines } = trial.follower(broken, whole);
      for (let times = 0; times < 20; times += 1) await round(goOn);
      expect((await trial.boardOf(whole)).cursor).toBe(1);
      expect((await trial.boardOf(broken)).cursor).toBe(0);
      expect(lines).toEqual(['warn the leaderboard does not move']);
    },
  },
];
