/**
 * How a sale's rate is divided: the sum of what shards go by, on random sequences with messages
 * that are lost, late, doubled and overtake each other; who gets how much; what is remembered.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Part } from '../../edge/objects/divide-rate.ts';
import { openSaleRate } from './sale-rate.ts';

/** Each asks once a second and goes by what it is told. */
function settle(
  sale: ReturnType<typeof openSaleRate>,
  demands: Record<string, number>,
  rounds = 8,
) {
  const held: Record<string, Part> = {};
  for (let round = 0; round < rounds; round += 1) {
    for (const [shard, arrived] of Object.entries(demands)) {
      held[shard] = sale.ask(shard, { holds: held[shard]?.number ?? 0, arrived });
    }
    sale.clock.ms += 1_000;
  }
  return Object.fromEntries(
    Object.entries(held).map(([shard, { tokensPerSecond }]) => [shard, tokensPerSecond]),
  );
}

function sum(parts: Record<string, number>): number {
  return Object.values(parts).reduce((total, part) => total + part, 0);
}

describe('the parts', () => {
  const seed = Number(crypto.getRandomValues(new Uint32Array(1))[0]);
  const events = fc.array(
    fc.record({
      shard: fc.constantFrom('a', 'b', 'c', 'd'),
      waitMs: fc.integer({ min: 0, max: 1_500 }),
      arrived: fc.integer({ min: 0, max: 5_000 }),
      /** How long an answer is under way; beyond a part's life it is worth nothing. */
      answerMs: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 400, max: 5_000 })),
      fate: fc.constantFrom('arrives', 'arrives', 'arrives', 'lost', 'doubled'),
      evict: fc.constantFrom('nobody', 'nobody', 'nobody', 'coordinator', 'shard'),
    }),
    { minLength: 5, maxLength: 120 },
  );

  test(`never sum up to more than the rate, whatever is lost or late (seed ${seed})`, () => {
    fc.assert(
      fc.property(events, (sequence) => {
        const sale = openSaleRate();
        const holds = new Map<string, { number: number; rate: number; endsMs: number }>();
        const seen = new Map<string, number>();
        let underWay: { shard: string; atMs: number; askedMs: number; part: Part }[] = [];
        for (const { shard, waitMs, arrived, answerMs, fate, evict } of sequence) {
          sale.clock.ms += waitMs;
          const nowMs = sale.clock.ms;
          for (const one of underWay.filter(({ atMs }) => atMs <= nowMs)) {
            const { number, tokensPerSecond, livesMs } = one.part;
            if (number <= (seen.get(one.shard) ?? 0)) continue;
            seen.set(one.shard, number);
            holds.set(one.shard, {
              number,
              rate: tokensPerSecond,
              endsMs: one.askedMs + livesMs,
            });
          }
          underWay = underWay.filter(({ atMs }) => atMs > nowMs);
          if (evict === 'coordinator') sale.evict();
          if (evict === 'shard') holds.delete(shard);
          const held = holds.get(shard);
          const number = held !== undefined && held.endsMs > nowMs ? held.number : 0;
          const ask = { holds: number, arrived };
          const part = sale.ask(shard, ask);
          if (fate === 'doubled') sale.ask(shard, ask);
          const isOld = evict === 'shard';
          if (fate !== 'lost' && !isOld) {
            underWay.push({ shard, atMs: nowMs + answerMs, askedMs: nowMs, part });
          }
          const inUse = [...holds.values()].filter(({ endsMs }) => endsMs > nowMs);
          const total = inUse.reduce((all, { rate }) => all + rate, 0);
          expect(total).toBeLessThanOrEqual(1_000 + 1e-6);
        }
      }),
      { seed, numRuns: 1_000 },
    );
  });

  test('follow the demand, and are all of the rate when there is enough of it', () => {
    const parts = settle(openSaleRate(), { busy: 9_000, calm: 500, other: 500 });
    expect(sum(parts)).toBeCloseTo(1_000, 3);
    expect(parts.busy).toBeGreaterThan(850);
    expect(parts.calm).toBeGreaterThan(40);
  });

  test('move to where the demand moves, and all of the rate is in use again', () => {
    const sale = openSaleRate();
    settle(sale, { east: 9_000, west: 1_000 });
    const parts = settle(sale, { east: 1_000, west: 9_000 }, 8);
    expect(parts.west).toBeGreaterThan(750);
    expect(sum(parts)).toBeGreaterThan(980);
  });

  test('of shards that ask no more go to the others', () => {
    const sale = openSaleRate();
    settle(sale, { east: 9_000, west: 1_000 });
    expect(sum(settle(sale, { west: 1_000 }, 6))).toBeGreaterThan(450);
  });

  test('leave something for who comes next, where there is enough', () => {
    const sale = openSaleRate();
    settle(sale, { east: 20, west: 20 });
    expect(sale.ask('south', { arrived: 10 }).tokensPerSecond).toBeGreaterThan(20);
  });

  test('of a full rate are there for a newcomer when the others have asked again', () => {
    const sale = openSaleRate();
    const first = settle(sale, { east: 5_000, west: 5_000 });
    expect(sum(first)).toBeCloseTo(1_000, 3);
    const parts = settle(sale, { south: 5_000, east: 5_000, west: 5_000 }, 4);
    expect(parts.south).toBeGreaterThan(280);
  });

  test('let no quiet shard starve beside a busy one', () => {
    const parts = settle(openSaleRate(), { busy: 100_000, village: 2 });
    expect(parts.village).toBeGreaterThan(3.9);
  });

  test('of a slow sale are all of its rate for its one shard, however few ask', () => {
    expect(openSaleRate(5).ask('all', { alone: true, arrived: 1 }).tokensPerSecond).toBe(5);
  });

  test('end by themselves', () => {
    const sale = openSaleRate();
    const { livesMs, tokensPerSecond } = sale.ask('a', { alone: true });
    expect(tokensPerSecond).toBe(1_000);
    sale.clock.ms += livesMs;
    expect(sale.ask('b', { alone: true }).tokensPerSecond).toBe(0);
    sale.clock.ms += 100;
    expect(sale.ask('b', { alone: true }).tokensPerSecond).toBe(1_000);
  });
});

describe('the first tokens', () => {
  test('are 100 ms worth for the first shard, and none for the next', () => {
    const sale = openSaleRate();
    expect(sale.ask('a', { alone: true }).startTokens).toBe(100);
    expect(sale.ask('a', { alone: true }).startTokens).toBe(0);
  });

  test('come back while nobody has the rate', () => {
    const sale = openSaleRate();
    const { livesMs } = sale.ask('a', { alone: true });
    sale.clock.ms += livesMs;
    expect(sale.ask('a', { alone: true }).startTokens).toBe(0);
    sale.clock.ms += livesMs + 100 + 40;
    expect(sale.ask('a', { alone: true }).startTokens).toBeCloseTo(40);
  });

  test('are one at least when a slow sale was left alone for long enough', () => {
    const sale = openSaleRate(0.5);
    expect(sale.ask('a', { alone: true }).startTokens).toBeCloseTo(0.05);
    sale.clock.ms += 60_000;
    expect(sale.ask('a', { alone: true }).startTokens).toBe(1);
  });

  test('are not given anew after a deploy', () => {
    const sale = openSaleRate();
    sale.ask('a', { alone: true });
    for (let count = 0; count < 5; count += 1) {
      sale.evict();
      expect(sale.ask('a', { alone: true }).startTokens).toBe(0);
    }
  });
});

describe('the present rate', () => {
  const overloaded = { answered: 100, overloaded: 50, pressure: 1 };

  test('falls when the origin is overloaded, and a deploy does not forget it', () => {
    const sale = openSaleRate();
    sale.ask('a', { alone: true });
    sale.clock.ms += 1_000;
    const { tokensPerSecond } = sale.ask('a', { alone: true, pressure: overloaded });
    expect(tokensPerSecond).toBeLessThan(600);
    sale.evict();
    expect(sale.ask('a', { alone: true }).tokensPerSecond).toBe(tokensPerSecond);
  });

  test('counts what all shards saw since the last step', () => {
    const sale = openSaleRate();
    sale.ask('a');
    sale.clock.ms += 400;
    sale.ask('b', { pressure: overloaded });
    expect(sale.stored()?.adjusted.ratePerSecond).toBe(1_000);
    sale.clock.ms += 600;
    sale.ask('a');
    expect(sale.stored()?.adjusted.ratePerSecond).toBeLessThan(600);
  });

  test('follows the operator at once, and an isolate with an old snapshot changes nothing', () => {
    const sale = openSaleRate();
    sale.ask('a', { alone: true });
    const lower = { alone: true, version: 2, ratePerSecond: 10 };
    expect(sale.ask('a', lower).tokensPerSecond).toBe(10);
    expect(sale.ask('a', { alone: true }).tokensPerSecond).toBe(10);
    sale.evict();
    expect(sale.ask('a', { alone: true }).tokensPerSecond).toBe(10);
  });
});

test.each([
  { version: Number.NaN },
  { ratePerSecond: 0 },
  { ratePerSecond: Number.POSITIVE_INFINITY },
  { holds: 1.5 },
  { arrived: -1 },
  { overMs: -1 },
])('an ask with %o is refused', (change) => {
  expect(() => openSaleRate().ask('a', change)).toThrow(RangeError);
});
