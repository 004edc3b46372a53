/**
 * What goes back at the coordinator of a sale: the version of a sale that was rebuilt, and the
 * clock. Neither may hold a rate for longer than messages of the time before are under way.
 */
import { describe, expect, test } from 'vitest';
import { openSaleRate } from './sale-rate.ts';

describe('a version that went back', () => {
  const rebuilt = { alone: true, version: 1, ratePerSecond: 50 };

  function openAtVersion(version: number, ratePerSecond = 5_000) {
    const sale = openSaleRate(ratePerSecond);
    sale.ask('a', { alone: true, version });
    return sale;
  }

  test.each(['stays', 'is evicted'])('counts a minute later (coordinator %s)', (fate) => {
    const sale = openAtVersion(7);
    for (let second = 0; second < 70; second += 1) {
      sale.clock.ms += 1_000;
      expect(sale.ask('a', rebuilt).tokensPerSecond).toBe(5_000);
    }
    if (fate === 'is evicted') sale.evict();
    sale.clock.ms += 1;
    expect(sale.ask('a', rebuilt).tokensPerSecond).toBe(50);
    sale.evict();
    expect(sale.ask('a', rebuilt).tokensPerSecond).toBe(50);
  });

  test('counts never while anybody asks with the newer one', () => {
    const sale = openAtVersion(7);
    for (let second = 0; second < 300; second += 1) {
      sale.clock.ms += 1_000;
      const ask = second % 60 === 59 ? { version: 7 } : { version: 1, ratePerSecond: 50 };
      expect(sale.ask('a', { alone: true, ...ask }).tokensPerSecond).toBe(5_000);
    }
  });

  test('counts too when the sale that has the id now is at the same one', () => {
    const sale = openAtVersion(1);
    expect(sale.ask('a', rebuilt).tokensPerSecond).toBe(5_000);
    sale.clock.ms += 70_001;
    expect(sale.ask('a', rebuilt).tokensPerSecond).toBe(50);
  });

  test('counts when nothing tells when the newer one was heard of', () => {
    const sale = openAtVersion(7);
    const stored = sale.stored();
    if (stored !== undefined) delete stored.heardAtMs;
    sale.evict();
    sale.ask('a', rebuilt);
    sale.clock.ms += 70_001;
    expect(sale.ask('a', rebuilt).tokensPerSecond).toBe(50);
  });
});

describe('a clock that is set back', () => {
  test('keeps no part of a shard that is gone in force', () => {
    const sale = openSaleRate();
    sale.ask('gone', { alone: true });
    sale.clock.ms -= 600_000;
    expect(sale.ask('a').tokensPerSecond).toBe(0);
    sale.clock.ms += 3_100;
    expect(sale.ask('a', { alone: true }).tokensPerSecond).toBe(1_000);
  });

  test('does not keep the rate from falling', () => {
    const sale = openSaleRate();
    sale.ask('a', { alone: true });
    sale.clock.ms -= 600_000;
    const overloaded = { answered: 100, overloaded: 50, pressure: 1 };
    sale.ask('a', { alone: true, pressure: overloaded });
    sale.clock.ms += 1_000;
    expect(sale.ask('a', { alone: true }).tokensPerSecond).toBeLessThan(600);
  });
});
