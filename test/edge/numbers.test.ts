/**
 * The objects that keep what the edge counted, and the way by which the origin asks: by a pass
 * without a buyer, for the sums of all regions.
 */
import { evictDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import { systemClock } from '../../contract/clock.ts';
import {
  type EdgeCounts,
  edgeNumbersSchema,
  noCounts,
  numbersPath,
} from '../../contract/edge-numbers.ts';
import { createPassKeeper, PASS_HEADER } from '../../contract/pass.ts';
import { edgeHashing } from '../../edge/hashing.ts';
import type { Bindings } from '../../edge/index.ts';
import { type NumberObjects, readNumbers } from '../../edge/numbers.ts';
import { PASS_KEYS, START_MS } from './shop.ts';

const { SALE_NUMBERS } = env as unknown as Required<Bindings>;
const worker = (exports as unknown as { default: Fetcher }).default;
const keeper = createPassKeeper(edgeHashing, PASS_KEYS);

const SOME: EdgeCounts = {
  outcomes: { accepted: 2, 'sold-out': 5 },
  joins: { 'waitlist-full': 1 },
  admitted: 3,
  copies: { hit: 6, miss: 1 },
};

function ask(saleId: string, buyerId = '', path = numbersPath(saleId)): Promise<Response> {
  const timeMs = systemClock.nowMs();
  const claims = { method: 'GET', path, body: '', buyerId, idempotencyKey: '', timeMs };
  const headers = { [PASS_HEADER]: keeper.sign(claims) };
  return worker.fetch(`https://shop.test${numbersPath(saleId)}`, { headers });
}

test('an object adds up, also over its own end', async () => {
  const object = SALE_NUMBERS.getByName('summed:all');
  expect(await object.add(SOME)).toBe(2_000);
  await evictDurableObject(object);
  await object.add({ ...noCounts(), outcomes: { accepted: 1, ended: 1 } });
  expect(await object.read()).toEqual({
    ...SOME,
    outcomes: { accepted: 3, 'sold-out': 5, ended: 1 },
  });
});

test('isolates that come all at once are asked to come less often', async () => {
  const object = SALE_NUMBERS.getByName('crowded:all');
  vi.spyOn(Date, 'now').mockReturnValue(START_MS);
  const told = await Promise.all(Array.from({ length: 160 }, () => object.add(noCounts())));
  vi.restoreAllMocks();
  expect(told[0]).toBe(2_000);
  expect(told.at(-1)).toBe(10_000);
});

test('the origin is told the sums', async () => {
  await SALE_NUMBERS.getByName('asked:all').add(SOME);
  const answer = await ask('asked');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const numbers = edgeNumbersSchema.parse(await answer.json());
  expect(numbers).toMatchObject({ ...SOME, saleId: 'asked', configuredRatePerSecond: null });
});

test.each([
  ['a pass of a buyer', () => ask('asked', 'buyer-1')],
  ['a pass for another sale', () => ask('asked', '', numbersPath('other'))],
  ['no pass', () => worker.fetch(`https://shop.test${numbersPath('asked')}`)],
])('%s is told nothing', async (_, attempt) => {
  const answer = await attempt();
  expect(answer.status).toBe(403);
  expect(await answer.json()).not.toHaveProperty('outcomes');
});

const platform = {
  clock: { nowMs: () => START_MS },
  pause: () => new Promise<void>(() => {}),
} as unknown as Parameters<typeof readNumbers>[0];

function regional(change: Partial<NumberObjects> = {}): NumberObjects {
  return {
    add: async () => 0,
    read: async (_, region) => {
      return region === 'apac' || region === 'weur' || region === undefined ? SOME : noCounts();
    },
    rate: async () => ({ configuredPerSecond: 100, currentPerSecond: 40 }),
    ...change,
  };
}

test('all regions are summed, with the rate that is gone by', async () => {
  const numbers = await readNumbers(platform, regional(), { saleId: 'phone', cf: {} });
  expect(numbers).toEqual({
    saleId: 'phone',
    atMs: START_MS,
    outcomes: { accepted: 6, 'sold-out': 15 },
    joins: { 'waitlist-full': 3 },
    admitted: 9,
    copies: { hit: 18, miss: 3 },
    configuredRatePerSecond: 100,
    currentRatePerSecond: 40,
  });
});

test('where there is one location, one object is asked', async () => {
  const numbers = await readNumbers(platform, regional(), { saleId: 'phone', cf: undefined });
  expect(numbers.admitted).toBe(3);
});

test('a region that is away makes no sum that goes back', async () => {
  const read: NumberObjects['read'] = async (_, region) => {
    if (region === 'oc') throw new Error('the object is away');
    return SOME;
  };
  const asked = readNumbers(platform, regional({ read }), { saleId: 'phone', cf: {} });
  await expect(asked).rejects.toThrow('the object is away');
});
