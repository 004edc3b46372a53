/** The leaderboard: the same for everybody, asked of the origin once a second and no more. */
import { describe, expect, test } from 'vitest';
import type { Leaderboard } from '../../contract/leaderboard.ts';
import { logged, openSale, openShop, problemAnswer, START_MS, told } from './shop.ts';

function board(buyers: number): Leaderboard {
  const top = Array.from({ length: Math.min(100, buyers) }, (_, index) => ({
    rank: index + 1,
    buyer: 'b••••7',
    quantity: 1,
    elapsedMs: index,
  }));
  return { score: 'fastest', buyers, top, curve: [{ second: 0, units: buyers }] };
}

/** `shown.buyers` may change at any time. */
function openBoard() {
  const shop = openShop();
  const shown = { buyers: 150 };
  shop.twist.origin = ({ path }) =>
    path.startsWith('/edge/') ? undefined : Response.json(board(shown.buyers));
  const fetchBoard = (query = '') => shop.fetch(`/api/sales/phone/leaderboard${query}`);
  return { shop, shown, fetchBoard };
}

describe('the leaderboard', () => {
  test('is public for a second, and sets no cookie', async () => {
    const { shop, fetchBoard } = openBoard();
    const answer = await told(fetchBoard());
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toMatch(/^public, max-age=1,/);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.has('set-cookie')).toBe(false);
    expect(answer.body).toEqual({ ...board(150), top: board(150).top.slice(0, 10) });
    expect(shop.forwarded()).toHaveLength(1);
    expect(shop.forwarded()[0]?.path).toBe('/api/sales/phone/leaderboard?top=100');
    expect(shop.forwarded()[0]?.pass).toMatchObject({ kind: 'valid', buyerId: '' });
  });

  test('of any length costs the origin one question a second for all', async () => {
    const { shop, fetchBoard } = openBoard();
    for (let top = 1; top <= 100; top += 1) {
      const { body } = await told(fetchBoard(`?top=${top}`));
      expect(body.top).toHaveLength(top);
    }
    expect(shop.forwarded()).toHaveLength(1);
  });

  test.each(['0', '101', '-1', '1.5', 'ten', ''])('with top=%s is refused', async (top) => {
    const { shop, fetchBoard } = openBoard();
    const answer = await told(fetchBoard(`?top=${top}`));
    expect(answer).toMatchObject({ status: 400, type: '/problems/invalid-request' });
    expect(answer.body.errors).toMatchObject([{ field: 'query.top' }]);
    expect(shop.seen).toEqual([]);
  });

  test('shows what is new after a second', async () => {
    const { shop, shown, fetchBoard } = openBoard();
    await fetchBoard();
    shown.buyers = 151;
    shop.clock.ms += 1_000;
    expect((await told(fetchBoard())).body.buyers).toBe(150);
    shop.clock.ms += 1;
    expect((await told(fetchBoard())).body.buyers).toBe(151);
    expect(shop.forwarded()).toHaveLength(2);
  });

  test('of another isolate in the colo is used, with its age', async () => {
    const { shop, shown, fetchBoard } = openBoard();
    await fetchBoard();
    const other = shop.otherIsolate();
    shown.buyers = 151;
    shop.clock.ms += 900;
    const path = '/api/sales/phone/leaderboard';
    expect((await told(other.fetch(path))).body.buyers).toBe(150);
    expect(shop.forwarded()).toHaveLength(1);
    shop.clock.ms += 101;
    expect((await told(other.fetch(path))).body.buyers).toBe(151);
  });

  test('is shown as it was while one asks, and nobody waits for that one', async () => {
    const { shop, fetchBoard } = openBoard();
    await fetchBoard();
    shop.clock.ms += 2_000;
    const slow = Promise.withResolvers<Response>();
    shop.twist.origin = ({ path }) => (path.startsWith('/edge/') ? undefined : slow.promise);
    const first = fetchBoard();
    await scheduler.wait(10);
    const others = await Promise.all([fetchBoard(), fetchBoard(), fetchBoard()].map(told));
    expect(others.map(({ body }) => body.buyers)).toEqual([150, 150, 150]);
    slow.resolve(Response.json(board(7)));
    expect((await told(first)).body.buyers).toBe(7);
    expect(shop.forwarded()).toHaveLength(2);
  });

  test('is kept for a minute while the origin is silent, then is a 503', async () => {
    const { shop, fetchBoard } = openBoard();
    await fetchBoard();
    shop.twist.origin = ({ path }) =>
      path.startsWith('/edge/') ? undefined : Promise.reject(new Error('refused'));
    for (let second = 1; second < 60; second += 1) {
      shop.clock.ms = START_MS + second * 1_010;
      expect((await told(fetchBoard())).body.buyers).toBe(150);
      await fetchBoard();
    }
    expect(shop.forwarded().length).toBeLessThanOrEqual(60);
    shop.clock.ms = START_MS + 60_001;
    const answer = await told(fetchBoard());
    expect(answer).toMatchObject({ status: 503, type: '/problems/overloaded' });
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(logged.join()).toContain('leaderboard-failed');
  });

  test.each([
    ['an error', () => new Response('secret', { status: 500 })],
    ['another shape', () => Response.json({ score: 'fastest', secret: 1 })],
    ['no JSON', () => new Response('<html>secret')],
    ['a refusal of the pass', () => problemAnswer(403, 'no-pass')],
    ['a 404 that is not about the sale', () => problemAnswer(404, 'unknown-route')],
  ])('of a cold isolate whose origin answers with %s is a 503', async (_name, origin) => {
    const { shop, fetchBoard } = openBoard();
    shop.twist.origin = ({ path }) => (path.startsWith('/edge/') ? undefined : origin());
    const answer = await told(fetchBoard());
    expect(answer).toMatchObject({ status: 503, type: '/problems/overloaded' });
    expect(JSON.stringify(answer.body)).not.toContain('secret');
    await fetchBoard();
    expect(shop.forwarded(), 'asked again at once').toHaveLength(1);
  });

  test.each(['none', 'NOT-AN-ID'])(
    'of %s is unknown, and no board is asked for',
    async (saleId) => {
      const { shop } = openBoard();
      const answer = await told(shop.fetch(`/api/sales/${saleId}/leaderboard`));
      expect(answer).toMatchObject({ status: 404, type: '/problems/unknown-sale' });
      expect(shop.forwarded()).toEqual([]);
    },
  );

  test('of each sale is its own', async () => {
    const { shop } = openBoard();
    shop.sales.set('watch', openSale({ saleId: 'watch' }));
    shop.twist.origin = ({ path }) =>
      path.startsWith('/edge/') ? undefined : Response.json(board(path.includes('watch') ? 1 : 2));
    for (const [saleId, buyers] of [
      ['phone', 2],
      ['watch', 1],
    ]) {
      const { body } = await told(shop.fetch(`/api/sales/${saleId}/leaderboard`));
      expect(body.buyers).toBe(buyers);
    }
  });
});
