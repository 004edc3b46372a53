/** Failpoints strike where, when and as often as they are told, and nowhere else. */
import { afterEach, expect, test } from 'vitest';
import {
  armFailpoints,
  FAILPOINT_NAMES,
  FailpointError,
  failpoint,
  parseFailpoints,
} from '../../origin/failpoints.ts';

afterEach(() => armFailpoints([]));

/** For each of `passes` passes of a place, whether it struck. */
function passes(count: number): boolean[] {
  return Array.from({ length: count }, () => {
    try {
      failpoint('append.lose-answer');
      return false;
    } catch (error) {
      expect(error).toBeInstanceOf(FailpointError);
      return true;
    }
  });
}

test('nothing strikes unless it is armed', () => {
  for (const name of FAILPOINT_NAMES) expect(() => failpoint(name)).not.toThrow();
  armFailpoints(parseFailpoints('settle.before-commit=fail*99'));
  expect(passes(3)).toEqual([false, false, false]);
});

test.each([
  ['append.lose-answer=fail', [true, false, false, false]],
  ['append.lose-answer=fail*2', [true, true, false, false]],
  ['append.lose-answer=fail@2', [false, false, true, false]],
  ['append.lose-answer=fail*2@1', [false, true, true, false]],
])('%s strikes at %j', (text, expected) => {
  armFailpoints(parseFailpoints(text));
  expect(passes(4)).toEqual(expected);
});

test('several are armed at once, and arming again begins anew', () => {
  const two = parseFailpoints('admit.after-reserve=kill@9, append.lose-answer=fail');
  expect(two.map(({ name, action, skip }) => [name, action, skip])).toEqual([
    ['admit.after-reserve', 'kill', 9],
    ['append.lose-answer', 'fail', 0],
  ]);
  armFailpoints(two);
  expect(passes(2)).toEqual([true, false]);
  armFailpoints(two);
  expect(passes(2)).toEqual([true, false]);
});

test.each(['nowhere=kill', 'append.lose-answer', 'append.lose-answer=explode', '=kill', 'a b'])(
  'refuses "%s"',
  (text) => {
    expect(() => parseFailpoints(text)).toThrow(RangeError);
  },
);
