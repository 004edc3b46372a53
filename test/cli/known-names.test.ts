/** A name that is not known is told with the ones that may have been meant. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { distanceOf, knownNames } from '../../cli/known-names.ts';

const none = 'there are none';

test.each([
  ['phnoe', 'did you mean phone? known: phone, mug'],
  ['phone2', 'did you mean phone? known: phone, mug'],
  ['tablet', /^known: (phone, mug|mug, phone)$/],
])('%s', (wrong, told) => {
  const said = knownNames({ wrong, known: ['mug', 'phone'], none });
  if (typeof told === 'string') expect(said).toBe(told);
  else expect(said).toMatch(told);
});

test('where nothing is known, it says so', () => {
  expect(knownNames({ wrong: 'phone', known: [], none })).toBe(none);
});

test('of many it tells the nearest', () => {
  const known = Array.from({ length: 100 }, (_, index) => `sale-of-${index}-things`);
  const said = knownNames({ wrong: 'sale-of-42-thing', known, none });
  expect(said).toMatch(/^did you mean sale-of-42-things\? known: .*, and 92 more$/);
});

test('a distance is none only from the same, is the same both ways, and has a limit', () => {
  const text = fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'b', 'c') });
  fc.assert(
    fc.property(text, text, (one, other) => {
      const distance = distanceOf(one, other);
      expect(distance === 0).toBe(one === other);
      expect(distance).toBe(distanceOf(other, one));
      expect(distance).toBeLessThanOrEqual(Math.max(one.length, other.length));
    }),
  );
  expect(distanceOf('phone', 'phnoe')).toBe(1);
  expect(distanceOf('kitten', 'sitting')).toBe(3);
});
