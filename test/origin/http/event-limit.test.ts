/**
 * Events of payment providers under a flood: how many are judged, what the others are told, and
 * that a forged one costs a signature and nothing else. With a clock of its own.
 */
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { createPassKeeper, PASS_HEADER, parsePassKeys } from '../../../contract/pass.ts';
import type { ProviderName } from '../../../contract/payment.ts';
import { nodeHashing } from '../../../origin/hashing.ts';
import {
  createEventLimit,
  EVENTS_OF_ALL,
  EVENTS_OF_PROVIDER,
} from '../../../origin/http/event-limit.ts';
import { createPassGate } from '../../../origin/http/pass-gate.ts';
import {
  createPaymentRoutes,
  type PaymentRoutesOptions,
} from '../../../origin/http/payment-routes.ts';
import { createPayments } from '../../../origin/pay/payments.ts';
import type { EventReading, PaymentProvider } from '../../../origin/pay/provider.ts';
import { evenRandom, fakeBook, memoryLogger } from '../fakes.ts';

/** More than any limit lets through at once. */
const MANY = 10_000;

type Limit = ReturnType<typeof createEventLimit>;

/** How many are let through at this moment, and what the next one is told. */
function askUntilTold(limit: Limit, provider: ProviderName, nowMs: number) {
  for (let asked = 0; asked < MANY; asked += 1) {
    const waitMs = limit(provider, nowMs);
    if (waitMs > 0) return { asked, waitMs };
  }
  throw new Error('nobody was told to wait');
}

test('a provider has its burst at once, and then as many as fit', () => {
  const limit = createEventLimit();
  const { burst, perSecond } = EVENTS_OF_PROVIDER;
  expect(askUntilTold(limit, 'stripe', 0)).toEqual({ asked: burst, waitMs: 1_000 / perSecond });
  expect(askUntilTold(limit, 'stripe', 100).asked).toBe(perSecond / 10);
});

test('one that is flooded leaves the other what all of them have beyond it', () => {
  const limit = createEventLimit();
  const left = EVENTS_OF_ALL.burst - EVENTS_OF_PROVIDER.burst;
  askUntilTold(limit, 'stripe', 0);
  expect(askUntilTold(limit, 'sandbox', 0).asked).toBe(left);
  // Both flooded, all together fill no faster than the limit of all.
  const nowMs = 1_000;
  const both =
    askUntilTold(limit, 'stripe', nowMs).asked + askUntilTold(limit, 'sandbox', nowMs).asked;
  expect(both).toBe(EVENTS_OF_ALL.perSecond);
});

test('who is told to wait takes nothing from anybody', () => {
  const limit = createEventLimit();
  askUntilTold(limit, 'stripe', 0);
  for (let each = 0; each < 10_000; each += 1) limit('stripe', 0);
  expect(askUntilTold(limit, 'sandbox', 0).asked).toBe(
    EVENTS_OF_ALL.burst - EVENTS_OF_PROVIDER.burst,
  );
});

const KEYS = parsePassKeys(`k:${Buffer.alloc(32, 1).toString('base64')}`);

/** Routes whose book refuses every call, and a provider to whom all is forged but `true`. */
function createStage() {
  const keeper = createPassKeeper(nodeHashing, KEYS);
  const clock = { nowMs: 1_000 };
  let judged = 0;
  const provider = {
    name: 'stripe',
    readEvent({ body }): EventReading {
      judged += 1;
      return body === 'true'
        ? { kind: 'ignored', reason: 'no business of ours' }
        : { kind: 'invalid', reason: 'forged' };
    },
  } as PaymentProvider;
  const payments = createPayments({
    ...{ book: fakeBook({}), provider, random: evenRandom, logger: memoryLogger().logger },
    returnUrl: () => '',
  });
  const app = new Hono();
  const options = { payments, nowMs: () => clock.nowMs } as unknown as PaymentRoutesOptions;
  const passGate = createPassGate(keeper, () => clock.nowMs);
  app.route('/', createPaymentRoutes({ ...options, passGate }));

  async function send(body: string, { name = 'stripe', withPass = true } = {}) {
    const path = `/api/payments/${name}/events`;
    const request = { timeMs: clock.nowMs, method: 'POST', path, body, idempotencyKey: '' };
    const headers = new Headers({ 'content-length': String(body.length) });
    if (withPass) headers.set(PASS_HEADER, keeper.sign({ ...request, buyerId: '' }));
    const response = await app.request(path, { method: 'POST', headers, body });
    return { status: response.status, retryAfter: response.headers.get('retry-after') };
  }
  return { send, clock, judged: () => judged };
}

test('forged events are judged up to the limit, and never come to the book', async () => {
  const { send, judged, clock } = createStage();
  const flood = await Promise.all(Array.from({ length: 1_100 }, () => send('forged')));
  const counted = (status: number) => flood.filter((each) => each.status === status).length;
  expect([counted(400), counted(429)]).toEqual([EVENTS_OF_PROVIDER.burst, 100]);
  expect(judged(), 'the others are not even judged').toBe(EVENTS_OF_PROVIDER.burst);
  expect(await send('true')).toEqual({ status: 429, retryAfter: '1' });

  clock.nowMs += 1_000;
  expect((await send('true')).status, 'when the provider sends it again').toBe(200);
});

test('what has no pass, or names no provider, uses up nothing', async () => {
  const { send, judged } = createStage();
  for (let each = 0; each < EVENTS_OF_ALL.burst; each += 1) {
    expect((await send('true', { withPass: false })).status).toBe(403);
    expect((await send('true', { name: 'paypal' })).status).toBe(404);
  }
  expect(judged()).toBe(0);
  expect((await send('true')).status).toBe(200);
});
