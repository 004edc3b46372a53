/**
 * The pass: what it is bound to, how long it holds, how a key is changed, and that nothing made up
 * ever verifies or throws (I5).
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPassKeeper, PASS_TOLERANCE_MS, type PassClaims } from '../../contract/pass.ts';
import { edgeHashing } from '../../edge/hashing.ts';
import { nodeHashing } from '../../origin/hashing.ts';
import { SEED } from './seed.ts';

const NOW_MS = Date.UTC(2026, 10, 11);
const OLD = { id: 'k1', secret: Buffer.alloc(32, 1) };
const NEW = { id: 'k2', secret: Buffer.alloc(32, 2) };
const keeper = createPassKeeper(nodeHashing, [NEW, OLD]);

const REQUEST = {
  method: 'POST',
  path: '/api/sales/phone/orders?a=b',
  body: '{"quantity":1}',
  idempotencyKey: 'one-click-of-one-buyer',
};
const CLAIMS: PassClaims = { ...REQUEST, timeMs: NOW_MS, buyerId: 'user.4711' };
const PASS = keeper.sign(CLAIMS);
const forged = { kind: 'invalid', reason: 'forged' };

describe('a pass of the edge', () => {
  test('verifies at the origin and names the buyer and the time', () => {
    const edge = createPassKeeper(edgeHashing, [NEW]);
    const valid = { kind: 'valid', buyerId: 'user.4711', timeMs: NOW_MS };
    expect(keeper.verify(edge.sign(CLAIMS), REQUEST, NOW_MS)).toEqual(valid);
    expect(edge.verify(PASS, REQUEST, NOW_MS)).toEqual(valid);
  });

  test('signs the bytes of a body as it signs its text', () => {
    expect(keeper.sign({ ...CLAIMS, body: Buffer.from(REQUEST.body) })).toBe(PASS);
  });

  test.each<Partial<typeof REQUEST>>([
    { method: 'GET' },
    { path: '/api/sales/phone/orders' },
    { path: '/api/sales/other/orders?a=b' },
    { body: '{"quantity":2}' },
    { body: '' },
    { idempotencyKey: 'another-click' },
    { idempotencyKey: '' },
  ])('is of no use for another request: %j', (other) => {
    expect(keeper.verify(PASS, { ...REQUEST, ...other }, NOW_MS)).toEqual(forged);
  });

  test('is of no use for another buyer or another time', () => {
    const other = PASS.replace('user.4711', 'user.4712');
    expect(keeper.verify(other, REQUEST, NOW_MS)).toEqual(forged);
    const later = PASS.replace(String(NOW_MS), String(NOW_MS + 1));
    expect(keeper.verify(later, REQUEST, NOW_MS)).toEqual(forged);
    // The edge's own requests name no buyer: a buyer's pass must not become one of them.
    expect(keeper.verify(PASS.replace('user.4711', ''), REQUEST, NOW_MS)).toEqual(forged);
  });

  test.each([
    [-PASS_TOLERANCE_MS - 1, 'invalid'],
    [-PASS_TOLERANCE_MS, 'valid'],
    [PASS_TOLERANCE_MS, 'valid'],
    [PASS_TOLERANCE_MS + 1, 'invalid'],
    [60_000, 'invalid'],
  ])('with a clock %i ms off is %s', (offMs, kind) => {
    const verdict = keeper.verify(PASS, REQUEST, NOW_MS + offMs);
    expect(verdict.kind).toBe(kind);
    if (verdict.kind === 'invalid') expect(verdict.reason).toBe('expired');
  });
});

describe('what is no pass', () => {
  const signature = 'A'.repeat(43);
  test.each([
    ['missing', undefined],
    ['missing', ''],
    ['malformed', 'pass'],
    ['malformed', PASS.replace('v1.', 'v2.')],
    ['malformed', `v1.k1.x.${signature}.b`],
    ['malformed', `v1.k1.-1.${signature}.b`],
    ['malformed', `v1.k1.1.${signature}A.b`],
    ['malformed', `v1.k1.1.${signature.slice(1)}.b`],
    ['malformed', `v1.k1.1.${signature.slice(1)}_.b`],
    ['malformed', `v1.k1.1.${signature}`],
    ['malformed', `v1.k1.1.${signature}.two words`],
    ['malformed', `v1.k1.1.${signature}.${'b'.repeat(65)}`],
    ['malformed', `${PASS}\n`],
    ['malformed', PASS.replace(String(NOW_MS), `0${NOW_MS}`)],
    ['unknown-key', PASS.replace('k2', 'k3')],
    ['forged', PASS.replace('k2', 'k1')],
    ['forged', `v1.k1.${NOW_MS}.${signature}.user.4711`],
  ])('is %s: %s', (reason, header) => {
    expect(keeper.verify(header, REQUEST, NOW_MS)).toEqual({ kind: 'invalid', reason });
  });

  test('is told that it is forged before it is told that it is old', () => {
    const header = `v1.k1.1.${signature}.user.4711`;
    expect(keeper.verify(header, REQUEST, NOW_MS)).toEqual(forged);
  });
});

describe('changing a key', () => {
  const before = createPassKeeper(nodeHashing, [OLD]);
  const after = createPassKeeper(nodeHashing, [NEW]);

  test('refuses nobody while both are known', () => {
    expect(PASS).toContain('.k2.');
    expect(after.verify(PASS, REQUEST, NOW_MS).kind).toBe('valid');
    expect(keeper.verify(before.sign(CLAIMS), REQUEST, NOW_MS).kind).toBe('valid');
  });

  test('ends the old one when it is gone', () => {
    const verdict = after.verify(before.sign(CLAIMS), REQUEST, NOW_MS);
    expect(verdict).toEqual({ kind: 'invalid', reason: 'unknown-key' });
  });

  test('does not take the same id for the same key', () => {
    const namesake = createPassKeeper(nodeHashing, [{ id: 'k2', secret: OLD.secret }]);
    expect(namesake.verify(PASS, REQUEST, NOW_MS)).toEqual(forged);
  });

  test('needs a key at all', () => {
    expect(() => createPassKeeper(nodeHashing, [])).toThrow(RangeError);
  });
});

describe(`random input (SEED=${SEED})`, () => {
  const check = { seed: SEED, numRuns: 2_000 };

  test('never verifies and never throws', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 150 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
      fc.string({ unit: 'binary', maxLength: 150 }),
      fc
        .tuple(
          fc.stringMatching(/^k[12]$/),
          fc.nat(),
          fc.uint8Array({ minLength: 32, maxLength: 32 }),
        )
        .map(([id, at, mac]) => `v1.${id}.${at}.${Buffer.from(mac).toString('base64url')}.b`),
    );
    fc.assert(
      fc.property(noise, (header) => keeper.verify(header, REQUEST, NOW_MS).kind === 'invalid'),
      check,
    );
  });

  test('made of a pass by changing, adding or leaving out characters never verifies', () => {
    const edit = fc.record({
      at: fc.nat({ max: PASS.length }),
      remove: fc.nat({ max: 2 }),
      insert: fc.string({ unit: fc.constantFrom(...'0aA.-_ =1k2v\n'), maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        let header = PASS;
        for (const { at, remove, insert } of edits) {
          header = header.slice(0, at) + insert + header.slice(at + remove);
        }
        fc.pre(header !== PASS);
        expect(keeper.verify(header, REQUEST, NOW_MS).kind, header).toBe('invalid');
      }),
      check,
    );
  });
});
