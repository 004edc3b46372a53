/** When clicks are due, that they come by it whatever is answered, and how they are counted. */
import { describe, expect, test } from 'vitest';
import { type Clicked, sendCrowd } from '../../cli/rehearse/crowd.ts';
import { planStages, scheduleOf, stageAt } from '../../cli/rehearse/plan.ts';
import { roundedTop, svgOf } from '../../cli/rehearse/plot.ts';
import { createTally, quantilesOf, type Sample } from '../../cli/rehearse/tally.ts';
import { differencesOf } from '../../cli/rehearse/untouched.ts';
import { systemClock } from '../../contract/clock.ts';
import { pause } from '../../origin/timer.ts';

const random = { fraction: () => 0.5, bytes: (count: number) => new Uint8Array(count) };
const steadyMs = () => systemClock.steadyMs?.() ?? 0;

describe('the plan', () => {
  test('rises to the wanted rate in even steps, with every buyer once', () => {
    const plan = planStages({ buyers: 100_000, rate: 3_000 });
    expect(plan.stages.map(({ ratePerSecond }) => Math.round(ratePerSecond))).toEqual([
      600, 1_200, 1_800, 2_400, 3_000,
    ]);
    expect(plan.totalMs / 1_000).toBeCloseTo(55.56, 1);
    expect(scheduleOf(plan, random)).toHaveLength(100_000);
  });

  test.each([1, 2, 7, 300])('holds for %d buyers', (buyers) => {
    const dueMs = scheduleOf(planStages({ buyers, rate: 10 }), random);
    expect(dueMs).toHaveLength(buyers);
    expect([...dueMs]).toEqual([...dueMs].sort((left, right) => left - right));
  });

  test('knows the stage of a moment', () => {
    const plan = planStages({ buyers: 300, rate: 100 });
    expect([0, 1_500, plan.totalMs + 5].map((atMs) => stageAt(plan, atMs))).toEqual([0, 1, 4]);
  });
});

describe('the crowd', () => {
  async function send(order: (buyer: number) => Promise<{ outcome: string; state?: string }>) {
    const clicks: Clicked[] = [];
    const reserved: number[] = [];
    await sendCrowd({
      dueMs: Float64Array.from({ length: 20 }, (_, index) => index * 5),
      buyers: { order, stateOf: async () => 'reserved' },
      steadyMs,
      signal: new AbortController().signal,
      clicked: (click) => clicks.push(click),
      reserved: ({ afterMs }) => reserved.push(afterMs),
    });
    return { clicks, reserved };
  }

  test('does not wait for answers, and counts time from when a click was due', async () => {
    let underWay = 0;
    let most = 0;
    const { clicks } = await send(async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await pause(300);
      underWay -= 1;
      return { outcome: 'sold-out' };
    });
    expect(clicks).toHaveLength(20);
    expect(most).toBeGreaterThan(10);
    for (const { answerMs, lateMs } of clicks) expect(answerMs).toBeGreaterThan(299 + lateMs - 1);
  });

  test('counts a late start of this process as waiting', async () => {
    const { clicks } = await send(async (buyer) => {
      // This process itself stands still.
      if (buyer === 0) for (const until = steadyMs() + 200; steadyMs() < until; );
      return { outcome: 'sold-out' };
    });
    const second = clicks.find(({ dueMs }) => dueMs === 5);
    expect(second?.lateMs).toBeGreaterThan(150);
    expect(second?.answerMs).toBeGreaterThan(150);
  });

  test('asks after an accepted order until it is reserved', async () => {
    const { reserved } = await send(async () => ({ outcome: 'accepted', state: 'queued' }));
    expect(reserved.length).toBeGreaterThan(0);
    expect(Math.min(...reserved)).toBeGreaterThanOrEqual(19);
  });

  test('ends at once when it is interrupted', async () => {
    const aborter = new AbortController();
    const sent: number[] = [];
    await sendCrowd({
      dueMs: Float64Array.from([0, 3_600_000]),
      buyers: {
        order: async (buyer) => {
          sent.push(buyer);
          aborter.abort();
          return { outcome: 'accepted', state: 'queued' };
        },
        stateOf: async () => 'queued',
      },
      steadyMs,
      signal: aborter.signal,
      clicked: () => {},
      reserved: () => {},
    });
    expect(sent).toEqual([0]);
  });
});

describe('what is counted', () => {
  const plan = planStages({ buyers: 300, rate: 100 });
  const sample = (atMs: number, handedOut: number | null, settled: number): Sample => ({
    ...{ atMs, saleId: 'rehearsal-a-b', stockLeft: 1, outbox: 0, handedOut, settled },
    pressure: { highest: 0.5, inFlight: 0.1, loopDelay: 0.5, outbox: 0, lag: 0 },
  });

  test('belongs to the stage in which it was due, and to its second', () => {
    const tally = createTally(plan);
    tally.clicked({ dueMs: 100, lateMs: 1, answerMs: 9_000, outcome: 'accepted' });
    tally.clicked({ dueMs: 3_100, lateMs: 1, answerMs: 5, outcome: 'too-fast' });
    tally.clicked({ dueMs: 3_200, lateMs: 4, answerMs: 0, outcome: 'unsent' });
    const stages = tally.stages();
    expect(stages[0]).toMatchObject({ clicks: 1, acceptedPerSecond: 1, answerMs: { p99: 9_000 } });
    expect(stages[3]).toMatchObject({
      outcomes: { 'too-fast': 1, unsent: 1 },
      answerMs: { p50: 5 },
    });
    expect(stages[1]).not.toHaveProperty('answerMs');
    expect(tally.seconds().map(({ outcomes }) => outcomes)).toEqual([
      { accepted: 1 },
      {},
      {},
      { 'too-fast': 1, unsent: 1 },
    ]);
  });

  test('what settles is held against the last look before the stage', () => {
    const tally = createTally(plan);
    tally.sampled(sample(900, 10, 10));
    tally.sampled(sample(1_900, 60, 40));
    expect(tally.stages()[1]).toMatchObject({
      settledPerSecond: 30,
      backlogGrowth: 20,
      pressure: { value: 0.5, part: 'loopDelay' },
    });
  });

  test('where the stock store does not tell, no backlog is made up', () => {
    const tally = createTally(plan);
    tally.sampled(sample(900, null, 10));
    tally.sampled(sample(1_900, 60, 40));
    expect(tally.stages()[1]).not.toHaveProperty('backlogGrowth');
  });

  test('quantiles are of what was measured', () => {
    const values = Array.from({ length: 1_000 }, (_, index) => 999 - index);
    expect(quantilesOf(values)).toEqual({ p50: 500, p95: 950, p99: 990 });
    expect(quantilesOf([])).toBeUndefined();
  });
});

test('what differs of the real sale is named', () => {
  const print = (values: Record<string, string>) => ({ values, rows: 0, isWhole: true });
  expect(differencesOf(print({ a: '1', b: '2' }), print({ a: '1', b: '3', c: '4' }))).toEqual([
    'b was 2 and is 3',
    'c was not there and is 4',
  ]);
  expect(differencesOf(print({ a: '1' }), print({ a: '1' }))).toEqual([]);
});

test('a plot has room for its highest value and no markup of its names', () => {
  expect([0, 0.3, 1, 37, 3_000, 9_000].map(roundedTop)).toEqual([1, 0.4, 1, 40, 4_000, 10_000]);
  const lines = [{ name: 'a', tone: 's1', points: [[0, 1] as const] }];
  const svg = svgOf({ title: '<b>"', unit: '&', seconds: 1, lines }, { width: 320, height: 200 });
  expect(svg).toContain('aria-label="&lt;b&gt;&quot;, &amp;"');
});
