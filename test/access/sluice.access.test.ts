/** `sluice access …`, from the operator's word to what buyers are told at a real edge. */
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSluice, type Sluice, until } from '../cli/run-sluice.ts';
import { openSale } from '../flow/sale.ts';
import { openShop, type Shop } from '../flow/shop.ts';

const CODES = ['early-7Q4KXW2M', 'early-M3RZ81TA'];
const file = join(tmpdir(), `sluice-access-${process.pid}.txt`);

let shop: Shop;
let sluice: Sluice;
let edgeUrl: string;
beforeAll(async () => {
  shop = await openShop('embedded');
  await shop.startOrigin();
  edgeUrl = await shop.startEdge();
  sluice = createSluice(shop);
  for (const saleId of ['phone', 'book', 'many']) await openSale(shop, { saleId });
});
afterAll(async () => {
  rmSync(file, { force: true });
  await shop.close();
});

async function order(saleId: string, buyerId: string, code?: string): Promise<string> {
  const secret = new TextEncoder().encode(shop.environment.BUYER_JWT_SECRET);
  const token = await new SignJWT({ sub: buyerId })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(secret);
  const answer = await fetch(`${edgeUrl}/api/sales/${saleId}/orders`, {
    method: 'POST',
    body: '{"quantity":1}',
    headers: {
      authorization: `Bearer ${token}`,
      'idempotency-key': `key-of-${buyerId}`,
      ...(code === undefined ? {} : { 'presale-code': code }),
    },
  });
  const { type = '' } = (await answer.json()) as { type?: string };
  return `${answer.status} ${type}`.trim();
}

const NOT_INVITED = '403 /problems/not-invited';
const lineOf = async (...args: string[]) => (await sluice.lines(['access', ...args]))[0];

describe('sluice access', () => {
  test('lists buyers from a file; only they buy then', async () => {
    writeFileSync(file, '\ufeffanna\r\n\r\n  ben  \n');
    expect(await lineOf('allow', 'phone', 'carol', '--file', file)).toBe(
      'phone: only listed buyers may buy; 3 listed, 0 blocked, 0 codes',
    );
    await until(async () => (await order('phone', 'stranger')) === NOT_INVITED);
    expect(await order('phone', 'anna')).toBe('202');
    expect(await order('phone', 'ben')).toBe('202');
  });

  test('blocks a buyer, and lets them in again', async () => {
    expect(await lineOf('block', 'phone', 'carol')).toMatch(/3 listed, 1 blocked/);
    await until(async () => (await order('phone', 'carol')) === NOT_INVITED);
    // What somebody has already is theirs.
    expect(await lineOf('block', 'phone', 'carol', '--remove')).toMatch(/3 listed, 0 blocked/);
    // A click before the edge knew of the block has made the order already.
    await until(async () => /^20[02]$/.test(await order('phone', 'carol')));
  });

  test('sells to who has a code', async () => {
    expect(await lineOf('codes', 'book', ...CODES)).toBe(
      'book: only who has a code, or is listed, may buy; 0 listed, 0 blocked, 2 codes',
    );
    await until(async () => (await order('book', 'stranger')) === NOT_INVITED);
    expect(await order('book', 'anna', 'wrong-code')).toBe(NOT_INVITED);
    expect(await order('book', 'anna', CODES[1])).toBe('202');
    // A list beside the codes does not take them away.
    expect(await lineOf('allow', 'book', 'dora')).toMatch(/^book: only who has a code, or is/);
  });

  test('shows who is listed, and clears it all', async () => {
    expect(await sluice.lines(['access', 'show', 'phone', '--limit', '2'])).toEqual([
      'phone: only listed buyers may buy; 3 listed, 0 blocked, 0 codes',
      ...['anna', 'ben'],
    ]);
    const [shown] = await sluice.objects(['access', 'show', 'book']);
    expect(shown).toMatchObject({ saleId: 'book', mode: 'code', buyers: ['dora'] });
    expect(JSON.stringify(shown)).not.toContain('early');
    expect(await lineOf('clear', 'phone')).toBe(
      'phone: everybody may buy; 0 listed, 0 blocked, 0 codes',
    );
    // So does a click of theirs before the edge knew of the list.
    await until(async () => /^20[02]$/.test(await order('phone', 'stranger')));
  });

  test('takes as many as it is given, in as many requests as that takes', async () => {
    const buyers = Array.from({ length: 1_200 }, (_, index) => `a-rather-long-buyer-id-${index}`);
    writeFileSync(file, [...buyers, ...buyers.slice(0, 100)].join('\n'));
    expect(await lineOf('allow', 'many', '--file', file)).toMatch(/ 1200 listed,/);
    const shown = await sluice.lines(['access', 'show', 'many', '--limit', '5000']);
    expect(shown.slice(1)).toEqual([...buyers].sort());
  });

  test.each([
    ['nothing', ['allow', 'phone'], 'nothing to allow: give --file'],
    ['a file that is not there', ['block', 'phone', '--file', '/nowhere/x'], 'cannot be read'],
    ['a sale that is not there', ['allow', 'nothing', 'anna'], 'There is no such sale'],
    ['a code that is too short', ['codes', 'phone', 'short'], '8 to 64 printable'],
    ['a name with a space', ['block', 'phone', 'a b'], 'without spaces'],
  ])('says what is wrong with %s', async (_name, args, reason) => {
    const ended = await sluice.run(['access', ...args]);
    expect(ended.exitCode).toBe(1);
    expect(ended.errors.join('\n')).toContain(reason);
  });
});
