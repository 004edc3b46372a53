/**
 * The appender: one send in flight, batches that grow by themselves, retries, and a drain with an
 * end.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Reservation } from '../../../contract/log/codec.ts';
import { type AppendResult, createAppender, retryDelayMs } from '../../../origin/log/appender.ts';
import type { Settlement } from '../../../origin/log/log.ts';
import type { BookOrder } from '../../../origin/settle/book.ts';
import {
  bookOrderOf,
  evenRandom,
  fakeLog,
  fakeStock,
  heldCalls,
  memoryLogger,
  reservationOf,
  reservationsOf,
} from '../fakes.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** `settlement` is what a log says that settles at once. */
function setUp(settlement?: Settlement) {
  const sends = heldCalls<readonly Reservation[]>();
  const confirmed: string[] = [];
  const sizes: number[] = [];
  const { logger, lines } = memoryLogger();
  let confirm: (saleId: string, ids: readonly string[]) => Promise<void> = async (saleId, ids) => {
    confirmed.push([saleId, ...ids].join(' '));
  };
  const appender = createAppender({
    log: fakeLog({
      async append(reservations) {
        await sends.call(reservations);
        return settlement;
      },
    }),
    stock: fakeStock({ confirm: (saleId, ids) => confirm(saleId, ids) }),
    random: evenRandom,
    logger,
    observe: ({ size }) => void sizes.push(size),
  });
  return {
    appender,
    sends: sends.calls,
    confirmed,
    sizes,
    lines,
    breakConfirm: () => {
      confirm = () => Promise.reject(new Error('redis is away'));
    },
  };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

describe('one send at a time', () => {
  test('what arrives meanwhile is the next batch', async () => {
    const { appender, sends, sizes } = setUp();
    const answers = reservationsOf(6).map((each) => appender.append(each));
    await settle();
    expect(sends).toHaveLength(1);
    const first = sends[0]?.argument.length ?? 0;
    sends[0]?.resolve();
    await settle();
    expect(sends).toHaveLength(2);
    expect(sends[1]?.argument).toHaveLength(6 - first);
    sends[1]?.resolve();
    expect(await Promise.all(answers)).toEqual(Array(6).fill('durable'));
    expect(sizes).toEqual([first, 6 - first]);
  });

  test('nobody is answered before the log has it', async () => {
    const { appender, sends } = setUp();
    let answer: AppendResult | undefined;
    void appender.append(reservationOf(1)).then((result) => {
      answer = result;
    });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sends).toHaveLength(1);
    expect(answer).toBeUndefined();
    sends[0]?.resolve();
    await settle();
    expect(answer).toBe('durable');
  });

  test('each is told what a log says of it that settles at once', async () => {
    const [one, other, unknown] = [reservationOf(1), reservationOf(2), reservationOf(3)];
    const order = bookOrderOf(one);
    const { appender, sends } = setUp(
      new Map<string, BookOrder | 'held'>([
        [one.orderId, order],
        [other.orderId, 'held'],
      ]),
    );
    const answers = [one, other, unknown].map((each) => appender.append(each));
    await settle();
    sends[0]?.resolve();
    await settle();
    sends[1]?.resolve();
    await settle();
    expect(await Promise.all(answers)).toEqual([order, 'held', 'durable']);
  });

  test('a batch holds at most a thousand, in the order in which they came', async () => {
    const { appender, sends } = setUp();
    const all = reservationsOf(2_500);
    for (const each of all) void appender.append(each);
    for (let batch = 0; batch < 4 && batch <= sends.length; batch += 1) {
      await settle();
      sends[batch]?.resolve();
    }
    await settle();
    const sent = sends.map(({ argument }) => argument);
    expect(sent.flat()).toEqual(all);
    expect(Math.max(...sent.map((batch) => batch.length))).toBe(1_000);
  });

  test('what comes in the very turn of an answer is sent too, not left waiting', async () => {
    const { appender, sends } = setUp();
    for (const number of [1, 2]) {
      const answer = appender.append(reservationOf(number));
      await settle();
      sends[number - 1]?.resolve();
      expect(await answer).toBe('durable');
      expect(appender.waiting()).toBe(0);
    }
  });
});

describe('a send that fails', () => {
  test('is repeated with the same reservations until the log takes it', async () => {
    const { appender, sends, lines, confirmed } = setUp();
    const answer = appender.append(reservationOf(1));
    await settle();
    sends[0]?.reject(new Error('no broker'));
    await vi.advanceTimersByTimeAsync(retryDelayMs(0, 0.5) - 1);
    expect(sends).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(sends).toHaveLength(2);
    sends[1]?.reject(new Error('no broker'));
    await vi.advanceTimersByTimeAsync(retryDelayMs(1, 0.5));
    expect(sends).toHaveLength(3);
    for (const send of sends) expect(send.argument).toEqual([reservationOf(1)]);
    expect(confirmed, 'the outbox keeps it meanwhile').toEqual([]);
    sends[2]?.resolve();
    expect(await answer).toBe('durable');
    expect(lines).toEqual(['warn the log took no batch', 'warn the log took no batch']);
  });

  test('waits longer each time, up to two seconds', () => {
    const delays = [0, 1, 2, 3, 5, 6, 50].map((attempt) => retryDelayMs(attempt, 0));
    expect(delays).toEqual([25, 50, 100, 200, 800, 1_000, 1_000]);
    expect(retryDelayMs(50, 0.999_999)).toBeLessThan(2_000);
  });
});

describe('the outbox', () => {
  test('is freed of what the log has, a call a sale', async () => {
    const { appender, sends, confirmed } = setUp();
    void appender.append(reservationOf(1));
    await settle();
    void appender.append(reservationOf(2));
    void appender.append(reservationOf(3, { saleId: 'watch' }));
    sends[0]?.resolve();
    await settle();
    sends[1]?.resolve();
    await settle();
    expect(confirmed, 'not at once').toEqual([]);
    const ids = [1, 2, 3].map((number) => reservationOf(number).orderId);
    await expect
      .poll(() => confirmed, { timeout: 20_000 })
      .toEqual([`phone ${ids[0]} ${ids[1]}`, `watch ${ids[2]}`]);
  });

  test('is not asked about what was never in it', async () => {
    const { appender, sends, confirmed } = setUp();
    const [one, other] = [reservationOf(1), reservationOf(2)];
    void appender.append(one, { hasOutboxEntry: false });
    await settle();
    void appender.append(other);
    const entered = appender.append(reservationOf(3), { hasOutboxEntry: false });
    sends[0]?.resolve();
    await settle();
    expect(appender.isDurable(one.orderId)).toBe(false);
    sends[1]?.resolve();
    expect(await entered).toBe('durable');
    await expect.poll(() => confirmed, { timeout: 20_000 }).toEqual([`phone ${other.orderId}`]);
  });

  test('is freed at once when the process stops', async () => {
    const { appender, sends, confirmed } = setUp();
    void appender.append(reservationOf(1));
    await settle();
    sends[0]?.resolve();
    await appender.drain(5_000);
    expect(confirmed).toEqual([`phone ${reservationOf(1).orderId}`]);
  });

  test('that cannot be freed is left to the relay, and the buyer is answered', async () => {
    const { appender, sends, lines, breakConfirm } = setUp();
    breakConfirm();
    const answer = appender.append(reservationOf(1));
    await settle();
    sends[0]?.resolve();
    expect(await answer).toBe('durable');
    await expect
      .poll(() => lines, { timeout: 20_000 })
      .toEqual([expect.stringMatching(/^warn .*relay/)]);
  });
});

describe('draining', () => {
  test('sends what waits', async () => {
    const { appender, sends } = setUp();
    const answers = reservationsOf(3).map((each) => appender.append(each));
    const drained = appender.drain(5_000);
    for (const index of [0, 1]) {
      await settle();
      sends[index]?.resolve();
    }
    await drained;
    expect(await Promise.all(answers)).toEqual(['durable', 'durable', 'durable']);
  });

  test('gives up after its patience and leaves the rest to the relay', async () => {
    const { appender, sends } = setUp();
    const answers = reservationsOf(3).map((each) => appender.append(each));
    await settle();
    sends[0]?.reject(new Error('no broker'));
    const drained = appender.drain(5_000);
    const rejecting = setInterval(() => sends.at(-1)?.reject(new Error('no broker')), 10);
    await vi.advanceTimersByTimeAsync(5_000);
    clearInterval(rejecting);
    await drained;
    expect(await Promise.all(answers)).toEqual(Array(3).fill('left-to-relay'));
    const tries = sends.length;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sends, 'no try after the end').toHaveLength(tries);
    expect(await appender.append(reservationOf(4))).toBe('left-to-relay');
  });
});

test('more than 100,000 waiting are left to the relay at once', async () => {
  const { appender } = setUp();
  for (const each of reservationsOf(100_001)) void appender.append(each);
  expect(appender.waiting()).toBeGreaterThan(99_000);
  const result = await Promise.race([
    appender.append(reservationOf(0)),
    vi.advanceTimersByTimeAsync(1).then(() => 'waits'),
  ]);
  expect(result).toBe('left-to-relay');
});
