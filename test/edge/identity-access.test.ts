/** Who may buy: decided by the isolate's own list, fetched once a version, closed without one. */
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import {
  ACCESS_LIMITS,
  type AccessKind,
  type AccessList,
  type AccessMode,
  accessListSchema,
  createAccessHash,
  hasHash,
} from '../../contract/access.ts';
import { toBase64Url } from '../../contract/base64url.ts';
import { edgeHashing } from '../../edge/hashing.ts';
import { JWT_SECRET, openSale, openShop, problemAnswer, type Shop, told } from './shop.ts';

const CODE = 'early-7Q4KXW2M';

interface Listed {
  mode?: AccessMode;
  version?: number;
  allow?: string[];
  block?: string[];
  code?: string[];
}

function listOf({ mode = 'everybody', version = 1, ...entries }: Listed): AccessList {
  const salt = `salt of ${version}`;
  const hashOf = createAccessHash(edgeHashing, salt);
  const joined = (kind: AccessKind) =>
    (entries[kind] ?? [])
      .map((entry) => hashOf(kind, entry))
      .sort()
      .join('');
  return {
    ...{ mode, version, salt },
    ...{ allow: joined('allow'), block: joined('block'), code: joined('code') },
  };
}

/** A shop whose origin tells a list, which a test may change, hold back or break. */
function openListed(listed: Listed) {
  const shop = openShop(openSale());
  const origin = { list: listOf(listed) as object, isDown: false, asked: [] as string[] };
  shop.twist.origin = ({ path, pass }) => {
    if (!path.startsWith('/edge/sales/phone/access')) return undefined;
    origin.asked.push(path);
    expect(pass).toMatchObject({ kind: 'valid', buyerId: '' });
    return origin.isDown ? problemAnswer(503, 'overloaded') : Response.json(origin.list);
  };
  let saleVersion = 1;
  function change(next: Listed, isKnown = true) {
    const { mode = 'everybody', version = 1 } = next;
    saleVersion += 1;
    shop.sales.set('phone', openSale({ version: saleVersion, access: { mode, version } }));
    if (isKnown) origin.list = listOf(next);
    shop.clock.ms += 1_001;
  }
  change(listed);
  return { shop, origin, change };
}

async function headersOf(buyerId: string, code?: string): Promise<Record<string, string>> {
  const token = await new SignJWT({ sub: buyerId })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(JWT_SECRET));
  const authorization = `Bearer ${token}`;
  return code === undefined ? { authorization } : { authorization, 'presale-code': code };
}

async function short(shop: Pick<Shop, 'order'>, buyerId: string, code?: string): Promise<string> {
  const answer = await told(shop.order({ headers: await headersOf(buyerId, code) }));
  return `${answer.status} ${answer.type ?? ''}`.trim();
}

const NOT_INVITED = '403 /problems/not-invited';
const NOT_NOW = '503 /problems/overloaded';

describe('who may buy', () => {
  test.each<[string, Listed, string, string | undefined, string]>([
    ['anybody, who is not blocked', { block: ['mallory'] }, 'anna', undefined, '202'],
    ['nobody blocked', { block: ['mallory'] }, 'mallory', undefined, NOT_INVITED],
    ['who is listed', { mode: 'listed', allow: ['anna'] }, 'anna', undefined, '202'],
    ['no stranger', { mode: 'listed', allow: ['anna'] }, 'ben', undefined, NOT_INVITED],
    ['nobody, of an empty list', { mode: 'listed' }, 'anna', undefined, NOT_INVITED],
    [
      'nobody listed and blocked',
      { mode: 'listed', allow: ['anna'], block: ['anna'] },
      'anna',
      undefined,
      NOT_INVITED,
    ],
    ['who has a code', { mode: 'code', code: [CODE] }, 'anna', CODE, '202'],
    ['nobody without', { mode: 'code', code: [CODE] }, 'anna', undefined, NOT_INVITED],
    ['nobody with another', { mode: 'code', code: [CODE] }, 'anna', 'late-7Q4KXW2M', NOT_INVITED],
    ['nobody with too much', { mode: 'code', code: [CODE] }, 'anna', 'x'.repeat(5e3), NOT_INVITED],
    ['who is listed, without a code', { mode: 'code', allow: ['anna'] }, 'anna', undefined, '202'],
    ['no code where a list decides', { mode: 'listed', code: [CODE] }, 'anna', CODE, NOT_INVITED],
    [
      'nobody blocked with a code',
      { mode: 'code', block: ['a'], code: [CODE] },
      'a',
      CODE,
      NOT_INVITED,
    ],
    ['no buyer named as a code', { mode: 'code', code: [CODE] }, CODE, undefined, NOT_INVITED],
  ])('%s', async (_name, listed, buyerId, code, expected) => {
    const { shop } = openListed(listed);
    expect(await short(shop, buyerId, code)).toBe(expected);
    expect(shop.orders()).toHaveLength(expected === '202' ? 1 : 0);
  });

  test('holds for the waitlist too, and not for what somebody has already', async () => {
    const { shop } = openListed({ block: ['mallory'] });
    const sale = { ...openSale({ version: 9, soldOut: true }) };
    shop.sales.set('phone', { ...sale, access: { mode: 'everybody', version: 1 } });
    shop.clock.ms += 1_001;
    const headers = await headersOf('mallory');
    const init = { method: 'PUT', body: '{"quantity":1}', headers };
    const joined = await told(shop.fetch('/api/sales/phone/waitlist', init));
    expect(`${joined.status} ${joined.type}`).toBe(NOT_INVITED);
    expect((await shop.fetch('/api/sales/phone/orders/mine', { headers })).status).toBe(200);
  });

  test('is told to the page, and a list is never shown', async () => {
    const { shop } = openListed({ mode: 'code', code: [CODE], block: ['mallory'] });
    const { body } = await told(shop.fetch('/api/sales/phone'));
    expect(body.access).toBe('code');
    expect(JSON.stringify(body)).not.toContain('salt');
    expect((await told(openShop().fetch('/api/sales/phone'))).body).not.toHaveProperty('access');
  });
});

describe('the list', () => {
  test('is not asked for where there is none', async () => {
    const { shop, origin } = openListed({ mode: 'everybody', version: 0 });
    expect(await short(shop, 'anna')).toBe('202');
    expect(origin.asked).toEqual([]);
  });

  test('is fetched once a version, for all isolates of a colo', async () => {
    const { shop, origin, change } = openListed({ block: ['mallory'] });
    for (const buyer of ['anna', 'ben', 'mallory']) await short(shop, buyer);
    const headers = { ...(await headersOf('mallory')), 'idempotency-key': 'click-0001' };
    const init = { method: 'POST', body: '{"quantity":1}', headers };
    const other = shop.otherIsolate();
    expect((await other.fetch('/api/sales/phone/orders', init)).status).toBe(403);
    expect(origin.asked).toEqual(['/edge/sales/phone/access?version=1']);
    change({ version: 2, block: ['anna'] });
    shop.clock.ms += 1_000;
    expect(await short(shop, 'anna')).toBe(NOT_INVITED);
    expect(await short(shop, 'mallory')).toBe('202');
    expect(origin.asked).toHaveLength(2);
  });

  test('that cannot be had lets nobody in, and costs one question a second', async () => {
    const { shop, origin } = openListed({ block: ['mallory'] });
    origin.isDown = true;
    for (let count = 0; count < 5; count += 1) expect(await short(shop, 'anna')).toBe(NOT_NOW);
    expect(origin.asked).toHaveLength(1);
    origin.isDown = false;
    shop.clock.ms += 1_000;
    expect(await short(shop, 'anna')).toBe('202');
  });

  test('before a change serves for five seconds while the new one cannot be had', async () => {
    const { shop, origin, change } = openListed({ block: ['mallory'] });
    await short(shop, 'anna');
    origin.isDown = true;
    change({ version: 2, block: ['anna'] });
    shop.clock.ms += 1_000;
    expect(await short(shop, 'anna')).toBe('202');
    expect(await short(shop, 'mallory')).toBe(NOT_INVITED);
    shop.clock.ms += 5_001;
    expect(await short(shop, 'anna')).toBe(NOT_NOW);
  });

  test('of another mode does not serve for a moment', async () => {
    const { shop, origin, change } = openListed({ block: ['mallory'] });
    await short(shop, 'anna');
    origin.isDown = true;
    change({ version: 2, mode: 'listed', allow: ['ben'] });
    expect(await short(shop, 'anna')).toBe(NOT_NOW);
  });

  test('is not fetched at each step of an upload', async () => {
    const { shop, origin, change } = openListed({ block: ['mallory'] });
    await short(shop, 'anna');
    for (let version = 2; version < 12; version += 1) {
      change({ version, block: ['mallory'] });
      expect(await short(shop, 'anna')).toBe('202');
      expect(await short(shop, 'mallory')).toBe(NOT_INVITED);
    }
    expect(origin.asked.length).toBeLessThanOrEqual(6);
  });

  test('of a sale is not that of the sale which had its id before', async () => {
    const { shop, origin } = openListed({ version: 3, block: ['mallory'] });
    expect(await short(shop, 'mallory')).toBe(NOT_INVITED);
    const seed = toBase64Url(new Uint8Array(32).fill(8));
    const access = { mode: 'everybody', version: 3 } as const;
    shop.sales.set('phone', openSale({ version: 1, seed, access }));
    origin.list = listOf({ version: 3, block: ['anna'] });
    shop.clock.ms += 1_001;
    // The isolate's own list, and then the colo's.
    expect(await short(shop, 'anna')).toBe(NOT_INVITED);
    expect(await short(shop, 'mallory')).toBe('202');
    const headers = { ...(await headersOf('mallory')), 'idempotency-key': 'click-0001' };
    const init = { method: 'POST', body: '{"quantity":1}', headers };
    const other = await shop.otherIsolate().fetch('/api/sales/phone/orders', init);
    expect(other.status).toBe(202);
    expect(origin.asked).toHaveLength(2);
  });

  test('of a later version than the sale names is used no longer than a snapshot', async () => {
    const { shop, origin, change } = openListed({ version: 9, block: ['mallory'] });
    expect(await short(shop, 'anna')).toBe('202');
    change({ version: 4, block: ['anna'] });
    expect(await short(shop, 'anna')).toBe('202');
    shop.clock.ms += 64_000;
    expect(await short(shop, 'anna')).toBe('202');
    expect(origin.asked).toHaveLength(1);
    shop.clock.ms += 2_000;
    expect(await short(shop, 'anna')).toBe(NOT_INVITED);
  });

  test('is fetched although the clock was set back', async () => {
    const { shop, origin } = openListed({ block: ['mallory'] });
    origin.isDown = true;
    expect(await short(shop, 'anna')).toBe(NOT_NOW);
    origin.isDown = false;
    shop.clock.ms -= 30_000;
    await short(shop, 'anna');
    shop.clock.ms += 2_001;
    expect(await short(shop, 'anna')).toBe('202');
  });

  test.each<[string, object]>([
    ['out of order', { ...listOf({}), block: `${'b'.repeat(11)}${'a'.repeat(11)}` }],
    ['cut', { ...listOf({ block: ['mallory'] }), block: 'abc' }],
    ['of an earlier version', listOf({ version: 0 })],
    ['no list', { hello: 1 }],
  ])('that is %s is none', async (_name, list) => {
    const { shop, origin } = openListed({ block: ['mallory'] });
    origin.list = list;
    expect(await short(shop, 'anna')).toBe(NOT_NOW);
  });

  test('of 100,000 is read and searched in a moment', () => {
    const hashOf = createAccessHash(edgeHashing, 'salt');
    const hashes = Array.from({ length: ACCESS_LIMITS.entries }, (_, index) =>
      hashOf('allow', `buyer-${index}`),
    ).sort();
    const allow = hashes.join('');
    const list = accessListSchema.parse({ ...listOf({}), allow });
    for (const index of [0, 1, 4_711, 99_998, 99_999]) {
      expect(hasHash(list.allow, hashOf('allow', `buyer-${index}`))).toBe(true);
    }
    expect(hasHash(list.allow, hashOf('allow', 'buyer-100000'))).toBe(false);
    expect(hashes.filter((hash) => !hasHash(list.allow, hash))).toEqual([]);
    expect(() => accessListSchema.parse({ ...list, allow: `${allow}zzzzzzzzzzz` })).toThrow();
  });
});
