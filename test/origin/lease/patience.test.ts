/** An outage is one line when it begins and one when it ends, and costs fewer and fewer tries. */
import { expect, test } from 'vitest';
import { createPatience } from '../../../origin/lease/patience.ts';
import { memoryLogger } from '../fakes.ts';

/** Which of `rounds` rounds are tried while none succeeds. */
function triesOf(patience: ReturnType<typeof createPatience>, rounds: number): number[] {
  return Array.from({ length: rounds }, (_, round) => round).filter(() => {
    const tries = patience.mayTry();
    if (tries) patience.failed(new Error('away'));
    return tries;
  });
}

test('rounds are left out, twice as many each time, up to forty', () => {
  const tries = triesOf(createPatience(memoryLogger().logger, 'x'), 200);
  expect(tries).toEqual([0, 3, 8, 17, 34, 67, 108, 149, 190]);
});

test('an outage is logged once, and once when it is over', () => {
  const { logger, lines } = memoryLogger();
  const patience = createPatience(logger, 'nothing moves');
  triesOf(patience, 100);
  expect(lines).toEqual(['warn nothing moves']);
  patience.succeeded();
  patience.succeeded();
  expect(lines).toEqual(['warn nothing moves', 'info it is over: nothing moves']);
  patience.failed(new Error('again'));
  expect(lines).toHaveLength(3);
});
