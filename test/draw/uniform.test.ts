/**
 * The numbers of 100,000 buyers are spread evenly, with and without a beacon, for a seed that never
 * changes and for one that is new with each run (`SEED=<number>` repeats it); and both hash
 * functions come to the same.
 */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { drawNumber, effectiveSeed } from '../../contract/draw.ts';
import type { Hashing } from '../../contract/hashing.ts';
import { edgeHashing } from '../../edge/hashing.ts';
import { nodeHashing } from '../../origin/hashing.ts';
import { SEED } from '../contract/seed.ts';

const BUYERS = 100_000;
const CELLS = 100;
/** With 99 degrees of freedom a fair draw is outside of these once in a thousand seeds. */
const ONCE_IN_A_THOUSAND = [57, 149] as const;
/** And outside of these once in a thousand million: a test must not cry wolf. */
const NEVER = [36, 209] as const;

const fixed = new Uint8Array(32).fill(7);
const ofThisRun = createHash('sha256').update(`draw ${SEED}`).digest();

/** In the ways in which buyers are really called: alike but for a digit, and random. */
const buyerIds = [
  (index: number) => `user-${index}`,
  (index: number) => `g-${createHash('md5').update(String(index)).digest('base64url')}`,
];

describe.each([
  ['a fixed seed', fixed, ONCE_IN_A_THOUSAND],
  [`the seed of SEED=${SEED}`, ofThisRun, NEVER],
])('by %s', (_, seed, [least, most]) => {
  test.each([undefined, 'drand 5081723'])('and the beacon %s it is uniform', (beacon) => {
    for (const buyerId of buyerIds) {
      const chiSquared = chiSquaredOf(edgeHashing, { seed, beacon }, buyerId);
      expect(chiSquared).toBeGreaterThan(least);
      expect(chiSquared).toBeLessThan(most);
    }
  });

  test('edge and origin compute the same number, and each sale another', () => {
    const [atEdge, atOrigin] = [edgeHashing, nodeHashing].map((hashing) =>
      hashing.keyedHash(effectiveSeed(hashing, seed, '開獎 7')),
    );
    if (atEdge === undefined || atOrigin === undefined) throw new Error('two are there');
    const plain = edgeHashing.keyedHash(seed);
    let same = 0;
    for (let index = 0; index < 2_000; index += 1) {
      const number = drawNumber(atEdge, `b${index}`);
      expect(drawNumber(atOrigin, `b${index}`)).toBe(number);
      if (number < 0.5 === drawNumber(plain, `b${index}`) < 0.5) same += 1;
    }
    // Being lucky without the beacon says nothing of being lucky with it: 9 standard deviations.
    expect(Math.abs(same - 1_000)).toBeLessThan(200);
  });
});

test('a skewed draw would be seen', () => {
  const skewed: Hashing = {
    ...nodeHashing,
    keyedHash: (key) => {
      const keyed = nodeHashing.keyedHash(key);
      return (text) => keyed(text).map((byte, index) => (index === 0 && byte > 250 ? 0 : byte));
    },
  };
  const chiSquared = chiSquaredOf(
    skewed,
    { seed: fixed, beacon: undefined },
    (index) => `b${index}`,
  );
  expect(chiSquared).toBeGreaterThan(NEVER[1]);
});

function chiSquaredOf(
  hashing: Hashing,
  { seed, beacon }: { seed: Uint8Array; beacon: string | undefined },
  buyerId: (index: number) => string,
): number {
  const seedHash = hashing.keyedHash(effectiveSeed(hashing, seed, beacon));
  const cells = new Array<number>(CELLS).fill(0);
  for (let index = 0; index < BUYERS; index += 1) {
    const cell = Math.floor(drawNumber(seedHash, buyerId(index)) * CELLS);
    cells[cell] = (cells[cell] ?? 0) + 1;
  }
  const expected = BUYERS / CELLS;
  return cells.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}
