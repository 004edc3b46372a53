/**
 * Crowds that ask for what costs the edge or the origin more than it costs them: sales that do not
 * exist, an origin that is down, guests without end, addresses that they make up.
 */
import { describe, expect, test } from 'vitest';
import { guest, logged, openSale, openShop, told } from '../shop.ts';

describe('made-up sales', () => {
  const routes = ['', '/leaderboard', '/draw', '/draw/mine', '/orders', '/waitlist'];

  test.each(routes)('(%s) cost the origin a bounded number of questions', async (route) => {
    const shop = openShop();
    await shop.fetch('/api/sales/phone');
    const before = shop.snapshotAsks();
    const method = route === '/orders' ? 'POST' : route === '/waitlist' ? 'PUT' : 'GET';
    const kinds = new Set<number>();
    for (let index = 0; index < 500; index += 1) {
      const path = `/api/sales/made-up-${index}${route}`;
      kinds.add((await shop.fetch(path, { method })).status);
    }
    expect(Array.from(kinds).sort()).toEqual([404, 503]);
    expect(shop.seen.length - before).toBeLessThanOrEqual(50);
    shop.clock.ms += 10_000;
    for (let index = 500; index < 1_000; index += 1) {
      await shop.fetch(`/api/sales/made-up-${index}${route}`, { method });
    }
    expect(shop.seen.length - before, '10 s later').toBeLessThanOrEqual(100);
  });

  test('keep nobody from the sale that there is, however long they go on', async () => {
    const shop = openShop();
    expect((await shop.order()).status).toBe(202);
    for (let second = 0; second < 5; second += 1) {
      for (let index = 0; index < 300; index += 1) {
        await shop.fetch(`/api/sales/made-up-${second}-${index}`);
      }
      shop.clock.ms += 1_000;
      expect((await shop.order()).status, `after ${second} s`).toBe(202);
      expect((await shop.fetch('/api/sales/phone')).status).toBe(200);
    }
  });

  test('are told to come again, and a new sale is found when the flood is over', async () => {
    const shop = openShop();
    for (let index = 0; index < 100; index += 1) await shop.fetch(`/api/sales/made-up-${index}`);
    const refused = await told(shop.fetch('/api/sales/made-up-late'));
    expect(refused).toMatchObject({ status: 503, type: '/problems/overloaded' });
    expect(refused.headers.get('retry-after')).toBe('1');
    shop.clock.ms += 1_000;
    expect((await shop.fetch('/api/sales/phone')).status).toBe(200);
  });
});

describe('a crowd while the origin is down', () => {
  test('is written to the log once a second, with a count', async () => {
    const shop = openShop();
    await shop.order();
    shop.twist.origin = () => Promise.reject(new Error('connection refused'));
    for (let second = 0; second < 3; second += 1) {
      for (let index = 0; index < 20; index += 1) {
        // Reads would be shed after a few, and leave no line at all.
        const init = { method: 'DELETE', headers: await guest(shop) };
        expect((await shop.fetch('/api/sales/phone/waitlist', init)).status).toBe(503);
      }
      shop.clock.ms += 1_000;
    }
    const lines = logged.filter((line) => line.includes('origin-failed'));
    expect(lines.length).toBeLessThanOrEqual(3);
    expect(lines.at(-1)).toContain('"unwritten":19');
  });
});

describe('an address', () => {
  const from = (address: string) => ({ 'cf-connecting-ip': address });

  async function guestsOf(headersOf: (index: number) => Record<string, string>) {
    const shop = openShop();
    let minted = 0;
    for (let index = 0; index < 400; index += 1) {
      const answer = await shop.fetch('/api/clock', { headers: headersOf(index) });
      if (answer.headers.has('set-cookie')) minted += 1;
    }
    return minted;
  }

  test('gets no guests without end', async () => {
    expect(await guestsOf(() => from('203.0.113.7'))).toBe(300);
  });

  test('is not changed by other headers, nor within its /64, nor by its spelling', async () => {
    const spoofed = (index: number) => ({
      ...from('203.0.113.7'),
      'x-forwarded-for': `198.51.100.${index % 250}`,
      'x-real-ip': `198.51.100.${index % 250}`,
      'true-client-ip': `198.51.100.${index % 250}`,
      forwarded: `for=198.51.100.${index % 250}`,
    });
    expect(await guestsOf(spoofed)).toBe(300);
    expect(await guestsOf((index) => from(`2001:db8:0:1::${index.toString(16)}`))).toBe(300);
    const spellings = ['203.0.113.7', '::ffff:203.0.113.7', '::FFFF:203.0.113.7', ' 203.0.113.7 '];
    expect(await guestsOf((index) => from(spellings[index % 4] ?? ''))).toBe(300);
  });

  test('that a client writes before the proxy’s is not the one that counts', async () => {
    const listed = (index: number) => from(`198.51.100.${index % 250}, 203.0.113.7`);
    expect(await guestsOf(listed)).toBe(300);
  });

  test.each(['x'.repeat(100_000), '203.0.113.7.8', '1::2::3', '999.1.1.1', '__proto__', '%00'])(
    'that is none (%#) breaks nothing',
    async (address) => {
      const shop = openShop(openSale());
      expect((await shop.order({ headers: from(address) })).status).toBe(202);
    },
  );
});
