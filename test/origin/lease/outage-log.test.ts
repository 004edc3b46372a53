/** What a role that fails forty times a second writes: enough to be seen, and no more. */
import { expect, test } from 'vitest';
import { createOutageLog } from '../../../origin/lease/outage-log.ts';
import type { Logger } from '../../../origin/logger.ts';

const ROUND_MS = 25;

/** `round` is called for each round until `untilMs` and says whether it works. */
function startRounds() {
  const said: string[] = [];
  let nowMs = 0;
  const at = (level: string) => (data: { failures?: number }) =>
    void said.push(`${nowMs} ${level}${data.failures === undefined ? '' : ` ${data.failures}`}`);
  const logger = { info: at('info'), warn: at('warn') } as unknown as Logger;
  const log = createOutageLog(logger, { nowMs: () => nowMs }, 'sweep');
  return {
    said,
    run(untilMs: number, works: (round: number) => boolean): void {
      for (; nowMs < untilMs; nowMs += ROUND_MS) {
        if (works(nowMs / ROUND_MS)) log.succeeded();
        else log.failed(new Error('away'));
      }
    },
  };
}

test('the first failure is told at once, the others counted every ten seconds', () => {
  const { said, run } = startRounds();
  run(1_000, () => true);
  run(26_000, () => false);
  run(30_000, () => true);
  expect(said).toEqual(['1000 warn 1', '11000 warn 400', '21000 warn 400', '26000 info']);
});

test('an outage soon after another is told later, with all its failures', () => {
  const { said, run } = startRounds();
  run(25, () => false);
  run(1_000, () => true);
  run(11_000, () => false);
  run(12_000, () => true);
  expect(said).toEqual(['0 warn 1', '25 info', '10000 warn 361', '11000 info']);
});

test('one that is over before it was told is not told to be over', () => {
  const { said, run } = startRounds();
  run(25, () => false);
  run(1_000, () => true);
  run(2_000, () => false);
  run(9_000, () => true);
  expect(said).toEqual(['0 warn 1', '25 info']);
});

test('rounds that fail and work in turn do not fill the log', () => {
  const { said, run } = startRounds();
  run(25_000, (round) => round % 2 === 1);
  expect(said).toHaveLength(6);
});
