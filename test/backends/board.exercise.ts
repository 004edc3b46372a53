/**
 * The suite that every LeaderboardStore adapter must pass: one test for each promise of the port.
 * The promises are a list, so that a deliberately broken adapter can be held against them as well.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LeaderboardStore, MAX_CHANGES } from '../../origin/leaderboard/board.ts';
import { type BoardPromise, createBoardTrial, places } from './board.trial.ts';

/** The largest position there is: 2^49 for the times of this century. */
const FAR = 2 ** 49 + 1;

export const boardPromises: readonly BoardPromise[] = [
  {
    promise: 'a board that is not there is at 0 and empty',
    async check({ everything, board, saleId }) {
      expect(await everything()).toEqual({ cursor: 0, standing: [], count: 0, curve: [] });
      expect(await board.rank(saleId, 'ann')).toBeUndefined();
    },
  },
  {
    promise: 'buyers are ranked by position, the least first',
    async check({ apply, standing, board, saleId }) {
      expect(await apply({ changes: places({ ann: 30, bob: 10, cid: FAR }) })).toBe('applied');
      expect(await standing()).toEqual(['1 bob@10', '2 ann@30', `3 cid@${FAR}`]);
      expect(await board.top(saleId, 1)).toEqual([{ rank: 1, buyerId: 'bob', position: 10 }]);
      expect(await board.rank(saleId, 'cid')).toEqual({ rank: 3, buyerId: 'cid', position: FAR });
      expect(await board.count(saleId)).toBe(3);
    },
  },
  {
    promise: 'of those at the same position the id decides, byte by byte',
    async check({ apply, standing, board, saleId }) {
      await apply({ changes: places({ b: 5, a: 5, B: 5, '~': 5, '10': 5, '9': 5 }) });
      expect(await standing()).toEqual(['1 10@5', '2 9@5', '3 B@5', '4 a@5', '5 b@5', '6 ~@5']);
      expect((await board.rank(saleId, 'a'))?.rank).toBe(4);
    },
  },
  {
    promise: 'a buyer moves, leaves and comes back',
    async check({ apply, standing }) {
      await apply({ from: 0, to: 1, changes: places({ ann: 30, bob: 10 }) });
      await apply({ from: 1, to: 2, changes: places({ ann: 5, bob: undefined, eve: undefined }) });
      expect(await standing()).toEqual(['1 ann@5']);
      await apply({ from: 2, to: 3, changes: places({ bob: 1 }) });
      expect(await standing()).toEqual(['1 bob@1', '2 ann@5']);
    },
  },
  {
    promise: 'the curve adds up, by second; what came to nothing is left out',
    async check({ apply, board, saleId }) {
      const points = (...curve: [number, number][]) =>
        curve.map(([second, units]) => ({ second, units }));
      await apply({ from: 0, to: 1, curve: points([10, 2], [2, 5], [3, 1]) });
      await apply({ from: 1, to: 2, curve: points([10, 1], [3, -1], [4, -2]) });
      expect(await board.curve(saleId)).toEqual(points([2, 5], [4, -2], [10, 3]));
    },
  },
  {
    promise: 'a batch sent again changes nothing',
    async check({ apply, everything }) {
      const batch = { changes: places({ ann: 3 }), curve: [{ second: 1, units: 1 }] };
      expect(await apply(batch)).toBe('applied');
      const before = await everything();
      expect(await apply(batch)).toBe('other-cursor');
      expect(await everything()).toEqual(before);
    },
  },
  {
    promise: 'of many who send the same batch at once, one is heard',
    async check({ apply, board, saleId }) {
      const batch = { changes: places({ ann: 3 }), curve: [{ second: 1, units: 1 }] };
      const replies = await Promise.all(Array.from({ length: 20 }, () => apply(batch)));
      expect(replies.filter((reply) => reply === 'applied')).toHaveLength(1);
      expect(await board.curve(saleId)).toEqual([{ second: 1, units: 1 }]);
    },
  },
  {
    promise: 'a batch that begins elsewhere changes nothing',
    async check({ apply, everything }) {
      await apply({ from: 0, to: 7, changes: places({ ann: 3 }) });
      const before = await everything();
      for (const from of [0, 6, 8, 70]) {
        const changes = places({ ann: undefined, bob: 1 });
        expect(await apply({ from, to: 100, changes })).toBe('other-cursor');
      }
      expect(await everything()).toEqual(before);
    },
  },
  {
    promise: 'results may be missing between two batches',
    async check({ apply, board, saleId }) {
      expect(await apply({ from: 0, to: 900 })).toBe('applied');
      expect(await board.cursor(saleId)).toBe(900);
    },
  },
  {
    promise: 'a part that does not move the board may be sent before the one that does',
    async check({ apply, standing, board, saleId }) {
      for (let again = 0; again < 2; again += 1) {
        expect(await apply({ from: 0, to: 0, changes: places({ ann: 3 }) })).toBe('applied');
      }
      expect(await board.cursor(saleId)).toBe(0);
      expect(await apply({ from: 0, to: 1, changes: places({ bob: 4 }) })).toBe('applied');
      expect(await standing()).toEqual(['1 ann@3', '2 bob@4']);
    },
  },
  {
    promise: `${MAX_CHANGES} buyers come, and leave, in one batch; more are refused`,
    async check({ apply, board, saleId }) {
      const crowd = (position: number | undefined, size = MAX_CHANGES) =>
        Array.from({ length: size }, (_, index) => ({ buyerId: `buyer-${index}`, position }));
      const curve = Array.from({ length: 600 }, (_, second) => ({ second, units: 1 }));
      await apply({ from: 0, to: 1, changes: crowd(7), curve });
      expect(await board.count(saleId)).toBe(MAX_CHANGES);
      await expect(apply({ from: 1, to: 2, changes: crowd(7, MAX_CHANGES + 1) })).rejects.toThrow(
        RangeError,
      );
      await apply({ from: 1, to: 2, changes: crowd(undefined) });
      expect(await board.count(saleId)).toBe(0);
    },
  },
  {
    promise: 'a batch that is no batch is refused and changes nothing',
    async check({ apply, everything }) {
      const before = await everything();
      const wrong = [
        { from: 2, to: 1 },
        { from: -1, to: 1 },
        { from: 0, to: 0.5 },
        { changes: places({ ann: 0.5 }) },
        { changes: places({ ann: -1 }) },
        { changes: places({ '': 1 }) },
        { curve: [{ second: -1, units: 1 }] },
        { curve: [{ second: 1, units: Number.NaN }] },
      ];
      for (const batch of wrong) await expect(apply(batch)).rejects.toThrow(RangeError);
      expect(await everything()).toEqual(before);
    },
  },
  {
    promise: 'boards do not see each other',
    async check(trial) {
      const other = trial.neighbour();
      await trial.apply({ changes: places({ ann: 1 }), curve: [{ second: 0, units: 1 }] });
      await other.apply({ changes: places({ bob: 1 }) });
      expect(await other.standing()).toEqual(['1 bob@1']);
      expect(await other.board.rank(other.saleId, 'ann')).toBeUndefined();
      expect(await other.board.curve(other.saleId)).toEqual([]);
    },
  },
];

export interface OpenBoard {
  board: LeaderboardStore;
  close(): Promise<void>;
}

export function exerciseBoard(name: string, open: () => Promise<OpenBoard>): void {
  describe(`the leaderboard on ${name}`, () => {
    let opened: OpenBoard;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    for (const { promise, check } of boardPromises) {
      test(promise, () => check(createBoardTrial(opened.board)));
    }
  });
}

/** The promises that `board` breaks. */
export async function brokenPromises(board: LeaderboardStore): Promise<string[]> {
  const broken: string[] = [];
  for (const { promise, check } of boardPromises) {
    await check(createBoardTrial(board)).catch(() => broken.push(promise));
  }
  return broken;
}
