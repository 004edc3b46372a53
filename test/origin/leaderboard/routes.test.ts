/** The leaderboard over HTTP: by pass only, masked, and read once however many ask. */
import { Hono } from 'hono';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  type Leaderboard,
  leaderboardSchema,
  myRankSchema,
} from '../../../contract/leaderboard.ts';
import { createPassKeeper, PASS_HEADER, parsePassKeys } from '../../../contract/pass.ts';
import { nodeHashing } from '../../../origin/hashing.ts';
import { createLeaderboardRoutes } from '../../../origin/http/leaderboard-routes.ts';
import { createPassGate } from '../../../origin/http/pass-gate.ts';
import type { LeaderboardStore } from '../../../origin/leaderboard/board.ts';
import { positionOf } from '../../../origin/leaderboard/position.ts';
import type { SaleDirectory } from '../../../origin/sales/directory.ts';
import type { Sale } from '../../../origin/settle/book.ts';
import { saleOf } from '../fakes.ts';

const keeper = createPassKeeper(
  nodeHashing,
  parsePassKeys(`t1:${Buffer.alloc(32).toString('base64')}`),
);
const BUYERS = Array.from({ length: 120 }, (_, index) => `customer-number-${index}`);
const BOARD = '/api/sales/phone/leaderboard';

/** What answers hold, all in one: a field that is missing fails the test that looks at it. */
type Body = Leaderboard & { title: string; errors: { field: string }[] };

let nowMs: number;
let reads: number;
let failing: boolean;
let sale: Sale;
let routes: Hono;

beforeEach(() => {
  [nowMs, reads, failing] = [1_000_000, 0, false];
  sale = saleOf({ opensAtMs: 1_000 });
  const ranked = BUYERS.map((buyerId, index) => ({
    rank: index + 1,
    buyerId,
    position: positionOf('fastest', { quantity: 2, reservedAtMs: 900 + 150 * index }),
  }));
  const board: Partial<LeaderboardStore> = {
    async top(_saleId, count) {
      reads += 1;
      if (failing) throw new Error('the board is away');
      return ranked.slice(0, count);
    },
    curve: async () => [{ second: 3, units: 240 }],
    count: async () => ranked.length,
    rank: async (_saleId, buyerId) => ranked.find((entry) => entry.buyerId === buyerId),
  };
  const directory: Partial<SaleDirectory> = {
    get: (saleId) => (saleId === sale.saleId ? sale : undefined),
  };
  routes = new Hono();
  const given = { board: board as LeaderboardStore, directory: directory as SaleDirectory };
  const passGate = createPassGate(keeper, () => nowMs);
  routes.route('/', createLeaderboardRoutes({ passGate, ...given, nowMs: () => nowMs }));
  routes.onError(() => new Response('{}', { status: 503 }));
});

async function get(path: string, buyerId = '') {
  const request = { method: 'GET', path, body: '', idempotencyKey: '', buyerId, timeMs: nowMs };
  const headers = { [PASS_HEADER]: keeper.sign(request) };
  const response = await routes.request(path, { headers });
  return { status: response.status, body: (await response.json()) as Body };
}

describe('the leaderboard', () => {
  test('is what the contract says, ten unless asked for more', async () => {
    const { status, body } = await get(BOARD);
    expect(status).toBe(200);
    expect(leaderboardSchema.strict().parse(body)).toEqual(body);
    expect(body).toMatchObject({
      score: 'fastest',
      buyers: 120,
      curve: [{ second: 3, units: 240 }],
    });
    expect(body.top).toHaveLength(10);
    expect(body.top[1]).toEqual({ rank: 2, buyer: 'c••••1', quantity: 2, elapsedMs: 50 });
    expect(body.top[0]?.elapsedMs, 'reserved before the opening').toBe(0);
    expect((await get(`${BOARD}?top=100`)).body.top).toHaveLength(100);
    expect((await get(`${BOARD}?top=1`)).body.top).toHaveLength(1);
  });

  test('shows no whole buyer id anywhere', async () => {
    const text = JSON.stringify((await get(`${BOARD}?top=100`)).body);
    for (const buyerId of BUYERS) expect(text).not.toContain(buyerId);
    expect(text).not.toContain('ustomer');
  });

  test.each(['0', '101', '-1', '1.5', 'all', ''])('refuses top=%s by name', async (top) => {
    const { status, body } = await get(`${BOARD}?top=${top}`);
    expect(status).toBe(400);
    expect(body.errors[0]?.field).toBe('query.top');
    expect(reads).toBe(0);
  });

  test('is read once in 100 ms, however many ask for however much', async () => {
    await Promise.all([get(BOARD), get(`${BOARD}?top=50`), get(BOARD, 'ann')]);
    nowMs += 99;
    await get(BOARD);
    expect(reads).toBe(1);
    nowMs += 1;
    await get(BOARD);
    expect(reads).toBe(2);
  });

  test('a read that failed is not kept', async () => {
    failing = true;
    expect((await get(BOARD)).status).toBe(503);
    failing = false;
    expect((await get(BOARD)).status).toBe(200);
  });

  test.each(['other', 'NO SALE', '%2e%2e'])('of a sale that is not there: %s', async (saleId) => {
    const { status, body } = await get(`/api/sales/${encodeURIComponent(saleId)}/leaderboard`);
    expect([status, body.title]).toEqual([404, 'There is no such sale']);
  });
});

describe('my rank', () => {
  test('is that of the buyer in the pass', async () => {
    const { status, body } = await get(`${BOARD}/mine`, 'customer-number-41');
    expect(status).toBe(200);
    expect(myRankSchema.strict().parse(body)).toEqual({ rank: 42, quantity: 2, elapsedMs: 6_050 });
  });

  test.each<[string, string, string, number]>([
    ['without an order', `${BOARD}/mine`, 'nobody', 404],
    ['without a buyer', `${BOARD}/mine`, '', 401],
    ['of another sale', '/api/sales/other/leaderboard/mine', 'customer-number-41', 404],
  ])('%s', async (_name, path, buyerId, status) => {
    expect((await get(path, buyerId)).status).toBe(status);
  });
});

test.each([BOARD, `${BOARD}/mine`])('%s lets nobody in without a pass', async (path) => {
  expect((await routes.request(path)).status).toBe(403);
});
