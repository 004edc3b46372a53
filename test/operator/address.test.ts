/** Wrong tokens over a real socket: it is the client behind the proxy who has to wait. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WRONG_TOKENS } from '../../origin/operator/auth-limits.ts';
import { openShop, type Shop } from '../flow/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop('embedded');
  await shop.startOrigin({ TRUSTED_PROXIES: '127.0.0.0/8,::1', LOG_LEVEL: 'silent' });
});
afterAll(() => shop.close());

async function ask(token: string, client?: string): Promise<number> {
  const headers = new Headers({ authorization: `Bearer ${token}` });
  if (client !== undefined) headers.set('x-forwarded-for', client);
  const url = `${shop.environment.ORIGIN_URL}/operator/sales`;
  return (await fetch(url, { headers })).status;
}

test('one who is wrong too often waits, his neighbour and the proxy itself do not', async () => {
  const right = shop.environment.OPERATOR_TOKEN ?? '';
  for (let tries = 0; tries < WRONG_TOKENS.burst; tries += 1) {
    expect(await ask('wrong', '203.0.113.66')).toBe(401);
  }
  expect(await ask('wrong', '203.0.113.66')).toBe(429);
  expect(await ask(right, '203.0.113.66')).toBe(429);
  expect(await ask(right, '203.0.113.67')).toBe(200);
  expect(await ask(right)).toBe(200);
});
