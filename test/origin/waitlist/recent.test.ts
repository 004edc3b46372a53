/** Values that may be a little old: a crowd costs one reading; a newer one can be waited for. */
import { expect, test } from 'vitest';
import { createRecent } from '../../../origin/waitlist/recent.ts';
import { heldCalls } from '../fakes.ts';

interface Value {
  number: number;
}

function setUp(maxAgeMs = 1_000) {
  const clock = { nowMs: 50_000 };
  const { calls, call } = heldCalls<string, Value>();
  const recent = createRecent<Value>({ maxAgeMs, nowMs: () => clock.nowMs, read: call });
  return { clock, calls, recent };
}

test('a crowd shares a reading, under way and for its time', async () => {
  const { clock, calls, recent } = setUp();
  const crowd = [recent.get('phone'), recent.get('phone')];
  clock.nowMs += 5_000;
  crowd.push(recent.get('phone'));
  expect(calls, 'one at a time, however slow').toHaveLength(1);
  calls[0]?.resolve({ number: 1 });
  expect(await Promise.all(crowd)).toEqual([{ number: 1 }, { number: 1 }, { number: 1 }]);

  const next = recent.get('phone');
  calls[1]?.resolve({ number: 2 });
  await next;
  clock.nowMs += 999;
  expect(await recent.get('phone')).toEqual({ number: 2 });
  clock.nowMs += 1;
  void recent.get('phone');
  void recent.get('watch');
  expect(calls.map(({ argument }) => argument)).toEqual(['phone', 'phone', 'phone', 'watch']);
});

test('a reading that failed is told and forgotten', async () => {
  const { calls, recent } = setUp();
  const asked = recent.get('phone');
  calls[0]?.reject(new Error('away'));
  await expect(asked).rejects.toThrow('away');
  const again = recent.get('phone');
  calls[1]?.resolve({ number: 2 });
  expect(await again).toEqual({ number: 2 });
});

test('the next reading begins once the last one is old, for all who wait for it', async () => {
  const { clock, calls, recent } = setUp(40);
  const asked = recent.get('phone');
  calls[0]?.resolve({ number: 1 });
  const seen = await asked;
  const next = [recent.next('phone', seen), recent.next('phone', seen)];
  expect(calls).toHaveLength(1);
  clock.nowMs += 40;
  await expect.poll(() => calls.length, { timeout: 20_000 }).toBe(2);
  calls[1]?.resolve({ number: 2 });
  expect(await Promise.all(next)).toEqual([{ number: 2 }, { number: 2 }]);
  expect(await recent.next('phone', seen), 'there is a newer one').toEqual({ number: 2 });
  expect(calls).toHaveLength(2);
});

test('a clock that was set back does not keep a reading for ever', async () => {
  const { clock, calls, recent } = setUp();
  const asked = recent.get('phone');
  calls[0]?.resolve({ number: 1 });
  await asked;
  clock.nowMs -= 3_600_000;
  void recent.get('phone');
  expect(calls).toHaveLength(2);
});
