/** What is recommended, from measurements that are made up: who the limit was, and what follows. */
import { describe, expect, test } from 'vitest';
import { bendOf } from '../../cli/rehearse/bend.ts';
import { type Rehearsed, recommend } from '../../cli/rehearse/recommend.ts';
import type { MeasuredStage } from '../../cli/rehearse/tally.ts';

const SECONDS = 10;

/** A stage in which each click became an order that settled at once. */
function well(ratePerSecond: number): MeasuredStage {
  return {
    ratePerSecond,
    seconds: SECONDS,
    clicks: ratePerSecond * SECONDS,
    outcomes: { accepted: ratePerSecond * SECONDS },
    acceptedPerSecond: ratePerSecond,
    answerMs: { p50: 5, p95: 10, p99: 20 },
    reservedMs: { p50: 40, p95: 60, p99: 90 },
    lateMs: 2,
    pressure: { value: 0.2, part: 'loopDelay' },
    settledPerSecond: ratePerSecond,
    backlogGrowth: 0,
  };
}

/** Of its clicks so many a second got through, the others were told `outcome`. */
function refused(ratePerSecond: number, accepted: number, outcome: string): MeasuredStage {
  const outcomes = {
    accepted: accepted * SECONDS,
    [outcome]: (ratePerSecond - accepted) * SECONDS,
  };
  const stage = { outcomes, acceptedPerSecond: accepted, settledPerSecond: accepted };
  return { ...well(ratePerSecond), ...stage };
}

const rehearsed = (stages: MeasuredStage[], change: Partial<Rehearsed> = {}): Rehearsed => ({
  stages,
  units: 1_000,
  perBuyer: 1,
  share: 1,
  crowd: 100_000,
  processes: { api: 1, settle: 1 },
  ...change,
});

const CALM = [well(600), well(1_200), well(1_800)];

describe('when all stages were taken well', () => {
  const found = recommend(rehearsed([...CALM, well(2_400), well(3_000)]));

  test('the highest rate is recommended as it was, since nothing more was tried', () => {
    expect(found).toMatchObject({
      knee: { ordersPerSecond: 3_000, reached: false },
      limit: 'none',
      rate: { value: 3_000, reason: expect.stringContaining('20 % of its limit') },
      apiProcesses: { value: 1 },
      settleProcesses: { value: 1 },
    });
  });

  test('but a part of it when the origin was busy', () => {
    const busy = { ...well(3_000), pressure: { value: 0.78, part: 'inFlight' as const } };
    const { rate, limit } = recommend(rehearsed([...CALM, busy]));
    expect(limit).toBe('none');
    expect(rate.value).toBe(Math.floor((3_000 * 0.7) / 0.78));
  });

  test('a rate that its seconds do not divide is not one less', () => {
    const accepted = 1_000 / (10 / 3 + 1e-12);
    const { knee, rate } = recommend(rehearsed([{ ...well(300), acceptedPerSecond: accepted }]));
    expect([knee.ordersPerSecond, rate.value]).toEqual([300, 300]);
  });

  test('the share lets as many in as get through within half a minute', () => {
    expect(found.share.value).toBe(0.9);
    expect(recommend(rehearsed(CALM, { crowd: 10_000 })).share.value).toBe(1);
  });

  test('the share draws three buyers a unit where that is more', () => {
    const { share } = recommend(rehearsed([well(10)], { units: 20_000, crowd: 600_000 }));
    expect(share).toEqual({ value: 0.1, reason: expect.stringContaining('20000 units') });
    const two = recommend(rehearsed([well(10)], { units: 20_000, perBuyer: 2, crowd: 600_000 }));
    expect(two.share.value).toBe(0.05);
  });
});

describe('when the origin was the limit', () => {
  const overloaded = {
    ...refused(2_400, 1_900, 'overloaded'),
    pressure: { value: 1.3, part: 'loopDelay' as const },
  };
  const found = recommend(rehearsed([...CALM, overloaded, overloaded]));

  test('70 % of the knee, and processes for the rate that was wanted', () => {
    expect(found).toMatchObject({
      knee: { ordersPerSecond: 1_800, reached: true },
      limit: 'origin',
      bend: expect.stringContaining('processor'),
      rate: { value: 1_260, reason: '70 % of the knee at 1800 orders a second' },
      apiProcesses: { value: 2 },
      settleProcesses: { value: 1, reason: 'they kept up' },
    });
  });

  test('what there is now is what a process does', () => {
    const { apiProcesses } = recommend(
      rehearsed([...CALM, overloaded, refused(6_000, 1_900, 'overloaded')], {
        processes: { api: 3, settle: 1 },
      }),
    );
    expect(apiProcesses.value).toBe(Math.ceil(6_000 / ((1_800 * 0.7) / 3)));
  });

  test('the part of its pressure is named', () => {
    const parts = ['inFlight', 'outbox'] as const;
    const said = parts.map((part) => bendOf({ ...overloaded, pressure: { value: 2, part } }, []));
    expect(said.map((bend) => bend?.reason)).toEqual([
      expect.stringContaining('in flight'),
      expect.stringContaining('outbox'),
    ]);
  });

  test('a rate gate that refused because the origin was busy is the origin', () => {
    const slowed = { ...refused(2_400, 1_900, 'too-fast'), pressure: overloaded.pressure };
    expect(bendOf(slowed, CALM)?.limit).toBe('origin');
  });

  test('the knee is what got through when the very first stage was refused more', () => {
    const { knee, rate } = recommend(rehearsed([overloaded]));
    expect(knee).toEqual({ ordersPerSecond: 1_900, reached: true });
    expect(rate.value).toBe(1_330);
  });
});

describe('when something was in the way for a while only', () => {
  const spiked = { ...well(600), pressure: { value: 1.14, part: 'loopDelay' as const } };
  const waited = { ...well(600), answerMs: { p50: 400, p95: 1_000, p99: 1_062 } };

  test.each([spiked, waited])('it is said, and is no knee: %o', (first) => {
    const found = recommend(rehearsed([first, well(1_200), well(1_800)]));
    expect(found).toMatchObject({
      knee: { ordersPerSecond: 1_800, reached: false },
      limit: 'none',
      hitches: [expect.stringMatching(/^at 600 clicks a second /)],
      apiProcesses: { value: 1 },
    });
    // A spike is a reason to be careful with the rate all the same.
    const careful = first === spiked ? Math.floor((1_800 * 0.7) / 1.14) : 1_800;
    expect(found.rate.value).toBe(careful);
  });

  test('the knee is below the lowest rate from which on nothing was taken well', () => {
    const last = { ...well(1_800), pressure: spiked.pressure };
    const found = recommend(rehearsed([spiked, well(1_200), last]));
    expect(found).toMatchObject({
      knee: { ordersPerSecond: 1_200, reached: true },
      limit: 'origin',
      rate: { value: 840 },
    });
    expect(found.hitches).toHaveLength(1);
  });

  test.each([spiked, waited, { ...well(600), lateMs: 900 }])(
    'nothing is made up where already the first stage bent, and all after it: %o',
    (slow) => {
      const all = [600, 1_200, 1_800].map((ratePerSecond, times) => ({
        ...slow,
        ratePerSecond,
        answerMs: { p50: 400, p95: 900, p99: 1_062 * 4 ** times },
      }));
      expect(recommend(rehearsed(all))).toMatchObject({
        knee: { ordersPerSecond: null },
        hitches: [],
        rate: { value: null, reason: expect.stringContaining('rehearse again') },
        share: { value: 0.03 },
        apiProcesses: { value: 1 },
        settleProcesses: { value: 1 },
      });
    },
  );

  test('a stage that had no clicks, since it was interrupted, is not one taken well', () => {
    const none = { ...well(1_200), clicks: 0, outcomes: {}, acceptedPerSecond: 0 };
    const found = recommend(rehearsed([{ ...spiked, clicks: 9 }, none]));
    expect(found.knee.ordersPerSecond).toBeNull();
  });

  test.each([
    ['rehearser', { ...well(1_800), lateMs: 900 }],
    ['stock', refused(1_800, 100, 'sold-out')],
  ])('what ended the rehearsal (%s) is no knee of the shop', (limit, ended) => {
    expect(recommend(rehearsed([well(600), well(1_200), ended]))).toMatchObject({
      limit,
      knee: { ordersPerSecond: 1_200, reached: false },
      rate: { value: 1_200, reason: expect.stringContaining('more could not be tried') },
    });
  });
});

describe('when settling was the limit', () => {
  const piling = { ...well(2_400), settledPerSecond: 2_000, backlogGrowth: 4_000 };

  test('the rate is what settles, with headroom, and more processes settle', () => {
    expect(recommend(rehearsed([...CALM, piling, piling]))).toMatchObject({
      knee: { ordersPerSecond: 2_000, reached: true },
      limit: 'settle',
      rate: { value: 1_400 },
      apiProcesses: { value: 1, reason: 'they were not the limit' },
      settleProcesses: { value: 2 },
    });
  });

  test('a lag that makes the pressure is settling, not the API', () => {
    const lagging = { ...well(2_400), pressure: { value: 1.2, part: 'lag' as const } };
    expect(bendOf(lagging, CALM)?.limit).toBe('settle');
  });

  test('what a burst leaves for a moment is not', () => {
    expect(bendOf({ ...well(2_400), backlogGrowth: 900 }, CALM)).toBeUndefined();
  });
});

describe('when it was something else', () => {
  test('the edge, where clicks fail or wait while the origin is idle', () => {
    expect(bendOf(refused(2_400, 2_000, 'no-answer'), CALM)?.limit).toBe('edge');
    const slow = { ...well(2_400), answerMs: { p50: 300, p95: 1_500, p99: 2_000 } };
    expect(bendOf(slow, CALM)?.limit).toBe('edge');
    // Slow from the first stage on, it is no knee; of that slowness, nothing is well.
    const from = (p99: number) => ({ ...well(600), answerMs: { p50: 300, p95: 900, p99 } });
    expect(bendOf(from(1_500), [from(1_100)])).toBeUndefined();
    expect(bendOf(from(3_200), [from(2_500)])?.limit).toBe('edge');
    const found = recommend(rehearsed([...CALM, slow], { processes: { api: 2, settle: 2 } }));
    expect(found).toMatchObject({ rate: { value: 1_260 }, apiProcesses: { value: 2 } });
  });

  test('the rate gate, where it refused by itself', () => {
    expect(bendOf(refused(2_400, 2_000, 'too-fast'), CALM)?.limit).toBe('rate-gate');
  });

  test('this machine, where it did not keep the schedule, before all else', () => {
    const late = { ...refused(2_400, 2_000, 'overloaded'), lateMs: 900 };
    expect(bendOf(late, CALM)?.limit).toBe('rehearser');
    expect(bendOf({ ...well(10), outcomes: { accepted: 90, unsent: 10 } }, [])?.limit).toBe(
      'rehearser',
    );
  });

  test('the stock, where it was gone', () => {
    expect(bendOf(refused(2_400, 100, 'sold-out'), CALM)?.limit).toBe('stock');
  });

  test('nothing, where the draw refused, or one click in a hundred failed', () => {
    expect(bendOf(refused(2_400, 240, 'not-drawn'), CALM)).toBeUndefined();
    expect(bendOf(refused(2_400, 2_380, 'no-answer'), CALM)).toBeUndefined();
  });

  test('nothing can be said when nothing was accepted, and no figure is made up', () => {
    const found = recommend(rehearsed([refused(100, 0, 'no-answer')]));
    expect(found).toMatchObject({
      knee: { ordersPerSecond: null },
      rate: { value: null },
      apiProcesses: { value: 1 },
    });
  });
});
