/**
 * Ids: a retry is the same order, whoever differs in anything is another, and shapes are strict.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  buyerIdSchema,
  createOrderIdMaker,
  idempotencyKeySchema,
  orderIdSchema,
  saleIdSchema,
  saleTag,
  saleTagOf,
} from '../../contract/ids.ts';
import { nodeHashing } from '../../origin/hashing.ts';
import { SEED } from './seed.ts';

const phone = createOrderIdMaker(nodeHashing, 'phone');

describe('an order id', () => {
  test('is fixed for ever by sale, buyer and key', () => {
    // Changing this would turn the retries of a running sale into second orders.
    expect(phone('user-4711', 'a-click-1')).toBe('RVadpUuYY1LnHNgGshh9Ng');
  });

  test('differs with the sale, the buyer and the key', () => {
    const watch = createOrderIdMaker(nodeHashing, 'watch');
    const ids = [
      phone('user-1', 'a-click-1'),
      phone('user-1', 'a-click-2'),
      phone('user-2', 'a-click-1'),
      watch('user-1', 'a-click-1'),
      // The same letters, cut at another place.
      phone('user-1a', '-click-1'),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  test(`has the shape of one and begins with its sale's tag (SEED=${SEED})`, () => {
    const text = fc.stringMatching(/^[!-~]{8,64}$/);
    fc.assert(
      fc.property(text, text, (buyerId, key) => {
        const id = phone(buyerId, key);
        expect(orderIdSchema.safeParse(id).success).toBe(true);
        expect(saleTagOf(id)).toBe(saleTag(nodeHashing, 'phone'));
        expect(phone(buyerId, key)).toBe(id);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test('tells sales apart by their tags', () => {
    const tags = Array.from({ length: 2_000 }, (_, index) => saleTag(nodeHashing, `sale-${index}`));
    expect(new Set(tags).size).toBe(tags.length);
  });
});

describe('shapes', () => {
  test.each([
    ['sale', saleIdSchema, ['a', 'phone-15', '0', 'a'.repeat(32)]],
    ['buyer', buyerIdSchema, ['a', 'user.4711', '~!"{}', 'a'.repeat(64)]],
    ['key', idempotencyKeySchema, ['12345678', '7d4f3a52-1b1c-4a2e-9a57-0f4f1a9ed2c1']],
    ['order', orderIdSchema, ['q83vASNFZ4mrze8BI0VniQ']],
  ])('%s ids that are taken', (_name, schema, ids) => {
    for (const id of ids) expect(schema.safeParse(id).success, id).toBe(true);
  });

  test.each([
    ['sale', saleIdSchema, ['', '-a', 'Phone', 'a_b', 'a b', 'a\n', '../a', 'a'.repeat(33), 'é']],
    ['buyer', buyerIdSchema, ['', 'a b', 'a\n', 'é', '\u007f', 'a'.repeat(65)]],
    ['key', idempotencyKeySchema, ['', '1234567', '1234567 8', 'a'.repeat(65), '12345678\n']],
    [
      'order',
      orderIdSchema,
      ['', 'q83vASNFZ4mrze8BI0VniQ=', 'q83vASNFZ4mrze8BI0Vni', '+'.repeat(22)],
    ],
  ])('%s ids that are refused', (_name, schema, ids) => {
    for (const id of ids) expect(schema.safeParse(id).success, id).toBe(false);
  });
});
