/** `sluice changes …` and named tokens against a real origin. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operatorChangeSchema } from '../../contract/operator-changes.ts';
import { openSale } from '../flow/sale.ts';
import { openShop, type Shop } from '../flow/shop.ts';
import { createSluice, type Sluice } from './run-sluice.ts';

const ANNA = { OPERATOR_TOKEN: 'anna-0123456789abcdef' };
const WATCH = { OPERATOR_TOKEN: 'watch-0123456789abcdef' };

let shop: Shop;
let sluice: Sluice;
beforeAll(async () => {
  shop = await openShop('embedded');
  await shop.startOrigin({
    OPERATOR_TOKENS: `anna:operator:${ANNA.OPERATOR_TOKEN},watch:viewer:${WATCH.OPERATOR_TOKEN}`,
  });
  sluice = createSluice(shop);
  await openSale(shop, { saleId: 'phone', title: 'A \u001b[31mred\u202e title' });
  await openSale(shop, { saleId: 'book' });
});
afterAll(() => shop.close());

describe('a named token', () => {
  test('of an operator changes a sale under its name', async () => {
    const paused = await sluice.run(['sale', 'pause', 'phone'], ANNA);
    expect(paused).toMatchObject({ exitCode: 0, errors: [] });
    const [change] = await sluice.objects(['changes', 'list', '--target', 'phone']);
    expect(operatorChangeSchema.strict().parse(change)).toMatchObject({
      ...{ operator: 'anna', action: 'sale.pause', target: 'phone' },
      ...{ outcome: 'done', status: 200 },
    });
  });

  test('of a viewer looks, and is told in one line that it changes nothing', async () => {
    expect(await sluice.run(['sale', 'list'], WATCH)).toMatchObject({ exitCode: 0 });
    expect(await sluice.run(['changes', 'list'], WATCH)).toMatchObject({ exitCode: 0 });
    expect(await sluice.run(['sale', 'open', 'phone'], WATCH)).toMatchObject({
      exitCode: 1,
      errors: [
        'sluice: This needs the role operator; watch is a viewer, who may look and change ' +
          'nothing; put a token of that role into OPERATOR_TOKEN',
      ],
    });
  });
});

test('changes are listed a line each, the newest first', async () => {
  const lines = await sluice.lines(['changes', 'list', '--limit', '3']);
  expect(lines).toHaveLength(3);
  const time = String.raw`\d{4}-\d\d-\d\dT\S+Z`;
  expect(lines[0]).toMatch(new RegExp(`^3  ${time}  anna  sale.pause  phone  done 200$`));
  expect(lines[1]).toMatch(
    new RegExp(`^2  ${time}  operator  sale.create  book  done 201  \\{"body":\\{`),
  );
});

test('what others wrote does not move the cursor of whoever reads it', async () => {
  const [, line = ''] = await sluice.lines(['changes', 'list', '--target', 'phone']);
  expect(line).toContain('A <1b>[31mred<202e> title');
  expect(line).toMatch(/^[\x20-\x7e]+$/);
});

test('a list of nothing is nothing, and a limit must be one', async () => {
  expect(await sluice.lines(['changes', 'list', '--target', 'none'])).toEqual([]);
  expect((await sluice.run(['changes', 'list', '--limit', '0'])).exitCode).toBe(2);
});
