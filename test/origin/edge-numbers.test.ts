/** How the origin knows what the edge counted: whom it asks, how often, and what it makes of it. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type EdgeNumbers, noCounts, numbersPath } from '../../contract/edge-numbers.ts';
import { createPassKeeper, PASS_HEADER } from '../../contract/pass.ts';
import { createAskEdge } from '../../origin/edge-numbers/ask-edge.ts';
import { createEdgeNumbersReader, ratesOf } from '../../origin/edge-numbers/reader.ts';
import { nodeHashing } from '../../origin/hashing.ts';
import type { Sale } from '../../origin/settle/book.ts';
import { memoryLogger } from './fakes.ts';

const HOUR_MS = 3_600_000;
const passes = createPassKeeper(nodeHashing, [{ id: 'a', secret: new Uint8Array(32) }]);

function numbersOf(saleId: string, change: Partial<EdgeNumbers> = {}): EdgeNumbers {
  const rates = { configuredRatePerSecond: 100, currentRatePerSecond: 100 };
  return { ...noCounts(), saleId, atMs: Date.now(), ...rates, ...change };
}

const saleOf = (saleId: string, opensAtMs: number) =>
  ({ saleId, opensAtMs, closesAtMs: opensAtMs + HOUR_MS }) as Sale;

beforeEach(() => {
  vi.useFakeTimers({ now: 10 * HOUR_MS });
});
afterEach(() => {
  vi.useRealTimers();
});

function start(always: boolean, answer = async (saleId: string) => numbersOf(saleId)) {
  const asked: string[] = [];
  const sales = [
    saleOf('on', Date.now() - 1_000),
    saleOf('soon', Date.now() + 60_000),
    saleOf('over', Date.now() - 2 * HOUR_MS),
    saleOf('far', Date.now() + HOUR_MS),
  ];
  const reader = createEdgeNumbersReader({
    ask: (saleId) => {
      asked.push(saleId);
      return answer(saleId);
    },
    sales: () => sales,
    nowMs: () => Date.now(),
    logger: memoryLogger().logger,
    always,
  });
  return { reader, asked, sales };
}

test('who always wants the numbers asks once a second, for the sales that are on', async () => {
  const { reader, asked } = start(true);
  await vi.advanceTimersByTimeAsync(3_050);
  expect(asked).toEqual(['on', 'soon', 'on', 'soon', 'on', 'soon']);
  expect(reader.answers()).toBe(true);
  expect(reader.readings().map(({ numbers }) => numbers.saleId)).toEqual(['on', 'soon']);
  await reader.close();
});

test('else only what somebody looks at is asked for, while they look', async () => {
  const { reader, asked } = start(false);
  await vi.advanceTimersByTimeAsync(3_050);
  expect(asked).toEqual([]);
  expect(reader.latest('on')).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toEqual(['on']);
  expect(reader.latest('on')).toMatchObject({ saleId: 'on' });
  expect(reader.latest('made-up')).toBeUndefined();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked.length).toBeLessThan(13);
  await reader.close();
});

test('numbers that are old are none, and an edge that is away is asked less often', async () => {
  let isAway = false;
  const { reader, asked } = start(true, async (saleId) => {
    if (isAway) throw new Error('away');
    return numbersOf(saleId);
  });
  await vi.advanceTimersByTimeAsync(2_050);
  isAway = true;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(reader.answers()).toBe(false);
  expect(reader.latest('on'), 'a few seconds old').toBeDefined();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(reader.latest('on')).toBeUndefined();
  expect(reader.readings()).toEqual([]);
  const before = asked.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect((asked.length - before) / 2).toBeLessThan(6);
  await reader.close();
});

test('a sale that is gone is forgotten', async () => {
  const { reader, sales } = start(true);
  await vi.advanceTimersByTimeAsync(1_050);
  sales.splice(0, 1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(reader.latest('on')).toBeUndefined();
  await reader.close();
});

test('rates are over six seconds, by the clock of the edge, and never below 0', () => {
  const at = (atMs: number, accepted: number, admitted: number) => ({
    numbers: numbersOf('on', { atMs, outcomes: { accepted }, admitted }),
    atMs: 0,
  });
  expect(ratesOf([at(0, 0, 0)])).toBeUndefined();
  const told = [at(0, 0, 0), at(4_000, 100, 50), at(7_000, 400, 20), at(10_000, 400, 20)];
  expect(ratesOf(told)).toEqual({ outcomes: { accepted: 50 }, admitted: 0 });
});

test('the question is signed for this path, without a buyer', async () => {
  const fetched: [URL, RequestInit][] = [];
  const ask = createAskEdge({
    edgeUrl: 'https://shop.example',
    passes,
    nowMs: () => Date.now(),
    fetch: async (url, init) => {
      fetched.push([url as URL, init as RequestInit]);
      return Response.json(numbersOf('on'));
    },
  });
  expect(await ask('on')).toMatchObject({ saleId: 'on' });
  const [[url, init] = []] = fetched;
  expect(url?.href).toBe(`https://shop.example${numbersPath('on')}`);
  const pass = new Headers(init?.headers).get(PASS_HEADER) ?? undefined;
  const claims = { method: 'GET', path: numbersPath('on'), body: '', idempotencyKey: '' };
  expect(passes.verify(pass, claims, Date.now())).toMatchObject({ kind: 'valid', buyerId: '' });
  await expect(ask('other')).rejects.toThrow('another sale');
});

test.each([
  ['a refusal', () => new Response('', { status: 403 })],
  ['what is no numbers', () => Response.json({ saleId: 'on' })],
  ['no JSON', () => new Response('<html>')],
])('%s is taken for no answer', async (_, answer) => {
  const edgeUrl = 'https://shop.example';
  const ask = createAskEdge({ edgeUrl, passes, nowMs: Date.now, fetch: async () => answer() });
  await expect(ask('on')).rejects.toThrow();
});
