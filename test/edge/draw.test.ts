/** The draw is a fact (I6): sticky, uniform, computed again by anyone; and it waits honestly. */
import { describe, expect, test } from 'vitest';
import { toBase64Url } from '../../contract/base64url.ts';
import { drawNumber } from '../../contract/draw.ts';
import { drawGate } from '../../edge/gates/draw-gate.ts';
import { edgeHashing } from '../../edge/hashing.ts';
import { openSale, openShop, START_MS, told } from './shop.ts';

const seedHash = edgeHashing.keyedHash(new Uint8Array(32).fill(7));
const NOW = START_MS;

/** A buyer whose number lies in [from, to). */
function buyerBetween(from: number, to: number): string {
  for (let index = 0; ; index += 1) {
    const number = drawNumber(seedHash, `buyer-${index}`);
    if (number >= from && number < to) return `buyer-${index}`;
  }
}

describe('the number of a buyer', () => {
  test('is the same at every isolate, and known from the seed alone', async () => {
    const key = await crypto.subtle.importKey(
      'raw',
      new Uint8Array(32).fill(7),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['sign'],
    );
    for (let index = 0; index < 200; index += 1) {
      const bytes = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(`b${index}`));
      const first52Bits = new DataView(bytes).getBigUint64(0) >> 12n;
      expect(drawNumber(seedHash, `b${index}`)).toBe(Number(first52Bits) / 2 ** 52);
    }
  });

  test('is spread evenly: 20,000 buyers in 20 classes, chi-squared below 1 in 1,000', () => {
    const counts: number[] = Array(20).fill(0);
    for (let index = 0; index < 20_000; index += 1) {
      const place = Math.floor(drawNumber(seedHash, `buyer-${index}`) * 20);
      counts[place] = (counts[place] ?? 0) + 1;
    }
    const chiSquared = counts.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0);
    expect(chiSquared).toBeLessThan(43.8);
  });

  test('of one sale says nothing of another', () => {
    const other = edgeHashing.keyedHash(new Uint8Array(32).fill(8));
    let both = 0;
    for (let index = 0; index < 4_000; index += 1) {
      const isDrawn = drawNumber(seedHash, `b${index}`) < 0.5;
      if (isDrawn && drawNumber(other, `b${index}`) < 0.5) both += 1;
    }
    expect(Math.abs(both - 1_000)).toBeLessThan(130);
  });
});

describe('the gate', () => {
  const half = [{ atMs: NOW - 1, share: 0.5 }];
  const [low, high] = [buyerBetween(0, 0.5), buyerBetween(0.5, 1)];

  test('lets in those below the share, and no one else', () => {
    expect(drawGate({ shareSteps: half, seedHash }, low, NOW)).toBeUndefined();
    expect(drawGate({ shareSteps: half, seedHash }, high, NOW)).toMatchObject({
      kind: 'not-drawn',
    });
  });

  test('keeps whoever was once in, when steps come in any order or try to narrow it', () => {
    const narrowing = [
      { atMs: NOW - 1, share: 0.1 },
      { atMs: NOW - 5, share: 0.5 },
    ];
    expect(drawGate({ shareSteps: narrowing, seedHash }, low, NOW)).toBeUndefined();
  });

  test('says when the share will be wide enough for this buyer', () => {
    const buyer = buyerBetween(0.7, 0.8);
    const shareSteps = [
      ...half,
      { atMs: NOW + 1_000, share: 0.6 },
      { atMs: NOW + 5_000, share: 0.9 },
      { atMs: NOW + 9_000, share: 1 },
    ];
    const refusal = drawGate({ shareSteps, seedHash }, buyer, NOW);
    expect(refusal).toEqual({ kind: 'not-drawn', retryAfterMs: 5_000 });
    expect(drawGate({ shareSteps, seedHash }, buyer, NOW + 4_999)).toBeDefined();
    expect(drawGate({ shareSteps, seedHash }, buyer, NOW + 5_000)).toBeUndefined();
  });

  test('has an answer when no step is known that would admit', () => {
    const refusal = drawGate({ shareSteps: half, seedHash }, high, NOW);
    expect(refusal).toEqual({ kind: 'not-drawn', retryAfterMs: 10_000 });
  });

  test('has nobody before the first step, and everybody at 1', () => {
    const later = [{ atMs: NOW + 1, share: 1 }];
    expect(drawGate({ shareSteps: later, seedHash }, low, NOW)).toBeDefined();
    expect(drawGate({ shareSteps: later, seedHash }, high, NOW + 1)).toBeUndefined();
  });
});

describe('through the edge', () => {
  test('a guest gets the same verdict however often the same cookie comes', async () => {
    const sale = openSale({ shareSteps: [{ atMs: 0, share: 0.5 }] });
    const shop = openShop(sale);
    for (let guest = 0; guest < 12; guest += 1) {
      const first = await told(shop.order());
      const setCookie = first.headers.get('set-cookie') ?? '';
      const headers = { cookie: setCookie.slice(0, setCookie.indexOf(';')) };
      for (let again = 0; again < 3; again += 1) {
        expect((await shop.order({ headers })).status).toBe(first.status);
      }
      expect([202, 429]).toContain(first.status);
    }
  });

  test('a new seed in a newer version is used at once', async () => {
    const shop = openShop(openSale({ shareSteps: [{ atMs: 0, share: 0.5 }] }));
    await shop.order();
    const seed = new Uint8Array(32).fill(9);
    const change = { version: 2, seed: toBase64Url(seed) };
    shop.sales.set('phone', openSale({ ...change, shareSteps: [{ atMs: 0, share: 0.5 }] }));
    shop.clock.ms += 1_001;
    const newHash = edgeHashing.keyedHash(seed);
    for (let guest = 0; guest < 12; guest += 1) {
      const { status, headers } = await told(shop.order());
      const [, buyerId = ''] = /=(g-[^.]+)\./.exec(headers.get('set-cookie') ?? '') ?? [];
      expect(status).toBe(drawNumber(newHash, buyerId) < 0.5 ? 202 : 429);
    }
  });
});
