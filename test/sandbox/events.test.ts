/**
 * The sandbox's events: signed so that the adapter believes them, sent until the shop takes them,
 * through a shop that is away and a sandbox that is killed.
 */
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createSandboxProvider } from '../../origin/pay/sandbox-provider.ts';
import { sandboxApiKey } from '../../origin/pay/sandbox-wire.ts';
import { pauseMs } from '../../sandbox/sender.ts';
import { openInbox } from './inbox.ts';
import { createOpening, openStage, type SandboxStage } from './sandbox.stage.ts';
import { createSandboxPlace, SANDBOX_SECRET } from './sandbox-process.ts';

describe('events', () => {
  let stage: SandboxStage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.close());
  const waiting = async () => (await stage.api('GET', '/readyz')).body.waitingEvents;

  test.each([
    ['pay', 'paid'],
    ['decline', 'failed'],
    ['insufficient-funds', 'failed'],
  ])('%s tells the shop that it is %s, and the adapter believes it', async (action, what) => {
    const opening = createOpening();
    const sessionId = await stage.open(opening);
    await stage.act(sessionId, action);
    await stage.inbox.expectEvents(1);
    const [event] = stage.inbox.events;
    const provider = createSandboxProvider({ url: stage.url, secret: SANDBOX_SECRET });
    const { eventId = '', body = '', headers = {} } = event ?? {};
    expect(provider.readEvent({ body, headers, nowMs: Date.now() })).toEqual({
      kind: 'event',
      eventId,
      paymentId: opening.paymentId,
      sessionId,
      what,
    });
    await expect.poll(waiting, { timeout: 20_000 }).toBe(0);
  });

  test('paying twice is told under two ids, one of them twice', async () => {
    await stage.act(await stage.open(), 'pay-twice');
    const told = await stage.inbox.expectEvents(3);
    expect(told).toEqual(['payment.paid', 'payment.paid', 'payment.paid']);
    const ids = stage.inbox.events.map(({ eventId }) => eventId);
    expect(new Set(ids).size).toBe(2);
  });

  test('a cancelling and a refund are told too', async () => {
    await stage.api('POST', `/sessions/${await stage.open()}/cancel`);
    await stage.inbox.expectEvents(1);
    const paid = await stage.open();
    await stage.act(paid, 'pay');
    const money = { amount: 199_900, currency: 'CNY' };
    await stage.api('POST', `/sessions/${paid}/refund`, money, 'refund-1');
    const told = await stage.inbox.expectEvents(3);
    expect(told.sort()).toEqual(['payment.cancelled', 'payment.paid', 'payment.refunded']);
  });

  test('what changes nothing is not told', async () => {
    const sessionId = await stage.open();
    await stage.act(sessionId, 'pay');
    await stage.act(sessionId, 'pay');
    await stage.api('POST', `/sessions/${sessionId}/cancel`);
    await expect.poll(waiting, { timeout: 20_000 }).toBe(0);
    expect(stage.inbox.events).toHaveLength(1);
  });

  test('a shop that says no is told again, under the same id', async () => {
    stage.inbox.answerWith(503);
    await stage.act(await stage.open(), 'pay');
    await stage.inbox.expectEvents(2);
    stage.inbox.answerWith(200);
    await expect.poll(waiting, { timeout: 20_000 }).toBe(0);
    expect(new Set(stage.inbox.events.map(({ eventId }) => eventId)).size).toBe(1);
  });
});

test('a payment survives kill -9 before its event is sent, and so does the event', async () => {
  const place = createSandboxPlace();
  onTestFinished(() => place.remove());
  const inbox = await openInbox();
  await inbox.close();
  // The shop is away, so that the event waits when the sandbox is killed.
  const first = await place.start({ SANDBOX_EVENTS_URL: inbox.url });
  const opening = createOpening();
  const provider = createSandboxProvider({ url: first.url, secret: SANDBOX_SECRET });
  const opened = await provider.open(opening);
  if (opened.kind !== 'open') throw new Error(opened.reason);
  const headers = { accept: 'application/json' };
  await fetch(`${opened.url}/pay`, { method: 'POST', headers });
  await first.kill();

  const shop = await openInbox();
  onTestFinished(() => shop.close());
  const second = await place.start({ SANDBOX_EVENTS_URL: shop.url });
  expect(await shop.expectEvents(1)).toEqual(['payment.paid']);
  const again = createSandboxProvider({ url: second.url, secret: SANDBOX_SECRET });
  expect(await again.find({ paymentId: opening.paymentId, ...opened })).toBe('paid');
  const authorization = `Bearer ${sandboxApiKey(SANDBOX_SECRET)}`;
  const waiting = async () =>
    (await fetch(`${second.url}/readyz`, { headers: { authorization } })).json();
  await expect.poll(waiting, { timeout: 20_000 }).toEqual({ waitingEvents: 0 });
  await second.stop();
});

test('money under way comes even when the sandbox was killed meanwhile', async () => {
  const place = createSandboxPlace();
  onTestFinished(() => place.remove());
  const shop = await openInbox();
  onTestFinished(() => shop.close());
  const variables = { SANDBOX_EVENTS_URL: shop.url, SANDBOX_LATE_MS: '1500' };
  const first = await place.start(variables);
  const provider = createSandboxProvider({ url: first.url, secret: SANDBOX_SECRET });
  const opened = await provider.open(createOpening());
  if (opened.kind !== 'open') throw new Error(opened.reason);
  const headers = { accept: 'application/json' };
  await fetch(`${opened.url}/take-long`, { method: 'POST', headers });
  await first.kill();
  await place.start(variables);
  expect(await shop.expectEvents(1)).toEqual(['payment.paid']);
});

test('the pause before another try doubles, with jitter, up to half a minute', () => {
  expect([0, 1, 2, 3].map((tries) => pauseMs(tries, 0))).toEqual([250, 500, 1_000, 2_000]);
  expect(pauseMs(3, 0.999)).toBeGreaterThanOrEqual(1_000);
  expect(pauseMs(10_000, 0)).toBe(30_000);
});
