/** Addresses: who counts as one, and how much one may ask before anybody looks who it is. */
import { describe, expect, test } from 'vitest';
import { createClientAddress, networkOf } from '../../edge/client-address.ts';
import { createAddressLimit } from '../../edge/gates/address-limit.ts';
import { guest, openSale, openShop, START_MS, told } from './shop.ts';

describe('a network', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:DB8:0:0:ffff:ffff:ffff:ffff', '2001:db8:0:0::/64'],
    ['2001:0db8:0000:0001::2', '2001:db8:0:1::/64'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['fe80::', 'fe80:0:0:0::/64'],
    ['127.0.0.1', undefined],
    ['::1', undefined],
    ['::ffff:127.0.0.1', undefined],
    ['', undefined],
    ['unknown', undefined],
    ['203.0.113', undefined],
    ['203.0.113.256', undefined],
    ['203.0.113.07', undefined],
    ['1:2:3:4:5:6:7', undefined],
    ['1:2:3:4:5:6:7:8:9', undefined],
    ['1::2::3', undefined],
    ['2001:db8::12345', undefined],
    ['x'.repeat(5_000), undefined],
  ])('%s is of %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  test('is read from the trusted header only, its last part', () => {
    const addressOf = createClientAddress('x-real-ip');
    const of = (headers: Record<string, string>) => addressOf({ headers: new Headers(headers) });
    expect(of({ 'x-real-ip': '203.0.113.7' })).toBe('203.0.113.7');
    expect(of({ 'x-real-ip': '198.51.100.1, 203.0.113.7' })).toBe('203.0.113.7');
    expect(of({ 'x-forwarded-for': '203.0.113.7', 'cf-connecting-ip': '203.0.113.7' })).toBe(
      undefined,
    );
  });
});

describe('the limit', () => {
  const click = { address: '203.0.113.7', kind: 'click', nowMs: START_MS } as const;

  test('lets a crowd of five seconds through, then so many a second', () => {
    const { take } = createAddressLimit(10);
    const clicks = (count: number, nowMs: number) =>
      Array.from({ length: count }, () => take({ ...click, nowMs })).filter(
        ({ refusal }) => refusal === undefined,
      ).length;
    expect(clicks(60, START_MS)).toBe(50);
    expect(clicks(60, START_MS + 1_000)).toBe(10);
  });

  test('is of one address and one kind of request', () => {
    const { take } = createAddressLimit(1);
    for (let count = 0; count < 5; count += 1) take(click);
    expect(take(click).refusal).toMatchObject({ kind: 'too-fast', retryAfterMs: 1_000 });
    expect(take({ ...click, address: '203.0.113.8' }).refusal).toBeUndefined();
    expect(take({ ...click, kind: 'guest' }).refusal).toBeUndefined();
  });

  test('is none for who has no address, and none when it is off', () => {
    const limited = createAddressLimit(1);
    const off = createAddressLimit(undefined);
    for (let count = 0; count < 100; count += 1) {
      const nobody = limited.take({ ...click, address: undefined });
      expect(nobody).toEqual({ refusal: undefined, state: undefined });
      expect(off.take(click).refusal).toBeUndefined();
    }
  });
});

describe('a crowd of one address', () => {
  const from = (address: string) => ({ 'cf-connecting-ip': address });

  test('is told to wait before anybody looks at its tokens', async () => {
    const shop = openShop(openSale(), { addressLimit: 1 });
    const headers = { ...from('2001:db8::1'), authorization: 'Bearer x.y.z' };
    for (let count = 0; count < 5; count += 1) {
      expect((await shop.order({ headers })).status).toBe(401);
    }
    const limited = await told(
      shop.order({ headers: { ...headers, ...from('2001:db8::ffff:1') } }),
    );
    expect(limited).toMatchObject({ status: 429, type: '/problems/too-fast' });
    expect(limited.headers.get('ratelimit-policy')).toBe('"address";q=5;w=5');
    expect(limited.headers.get('ratelimit')).toBe('"address";r=0;t=1');
    expect(limited.headers.get('retry-after')).toBe('1');
    const other = await shop.order({ headers: { ...headers, ...from('2001:db8:0:1::1') } });
    expect(other.status).toBe(401);
  });

  test('asks about a closed sale as often as it likes', async () => {
    const shop = openShop(openSale({ soldOut: true }), { addressLimit: 1 });
    for (let count = 0; count < 10; count += 1) {
      expect((await shop.order({ headers: from('203.0.113.7') })).status).toBe(409);
    }
  });

  test('gets so many guest cookies, and the time all the same', async () => {
    const shop = openShop();
    const known = await guest(shop);
    const clock = (headers: Record<string, string>) => shop.fetch('/api/clock', { headers });
    let minted = 0;
    for (let count = 0; count < 310; count += 1) {
      const answer = await clock(from('203.0.113.7'));
      expect(answer.status).toBe(200);
      if (answer.headers.has('set-cookie')) minted += 1;
    }
    expect(minted).toBe(300);
    expect((await shop.order({ headers: from('203.0.113.7') })).status).toBe(429);
    // Who has a cookie needs none.
    const again = await shop.order({ headers: { ...from('203.0.113.7'), ...known } });
    expect(again.status).toBe(202);
  });
});
