/** What the sandbox answers the shop, and programs that act as a buyer. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOpening, LATE_MS, openStage, type SandboxStage } from './sandbox.stage.ts';

let stage: SandboxStage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const find = async (sessionId: string) => (await stage.api('GET', `/sessions/${sessionId}`)).body;

describe('opening', () => {
  test('one payment has one session, whatever is asked in between', async () => {
    const opening = createOpening();
    const { paymentId } = opening;
    const first = await stage.api('POST', '/sessions', opening, paymentId);
    expect(first).toMatchObject({ status: 200, body: { paymentId, status: 'open' } });
    await stage.act(String(first.body.sessionId), 'pay');
    const again = await stage.api('POST', '/sessions', opening, paymentId);
    expect(again.body).toMatchObject({ sessionId: first.body.sessionId, status: 'paid' });
  });

  test('a payment that comes back for other money is refused', async () => {
    const opening = createOpening();
    await stage.api('POST', '/sessions', opening, opening.paymentId);
    const other = { ...opening, amount: opening.amount + 1 };
    const answer = await stage.api('POST', '/sessions', other, opening.paymentId);
    expect(answer).toEqual({ status: 409, body: { error: 'idempotency-key-was-used' } });
  });

  test.each([
    ['amount', -1],
    ['amount', 0.5],
    ['currency', 'cny'],
    ['title', ''],
    ['title', 'x'.repeat(201)],
    ['returnUrl', 'javascript:alert(1)'],
    ['orderId', 'short'],
    ['discount', 1],
  ])('%s %j is not understood', async (name, value) => {
    const opening = { ...createOpening(), [name]: value };
    const answer = await stage.api('POST', '/sessions', opening, opening.paymentId);
    expect(answer).toEqual({ status: 400, body: { error: 'invalid-request' } });
  });

  test('a body that is too long is not read', async () => {
    const opening = { ...createOpening(), title: 'x'.repeat(20_000) };
    expect((await stage.api('POST', '/sessions', opening, opening.paymentId)).status).toBe(413);
  });

  test('the key has to be the payment', async () => {
    expect((await stage.api('POST', '/sessions', createOpening())).status).toBe(400);
  });
});

test.each(['/sessions', '/sessions/sbx_1', '/sessions/sbx_1/cancel', '/sessions/sbx_1/refund'])(
  '%s is for the shop alone',
  async (path) => {
    const response = await fetch(`${stage.url}${path}`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(401);
  },
);

test('a session that there is not is unknown to every request', async () => {
  const opening = { amount: 1, currency: 'CNY' };
  expect((await stage.api('GET', '/sessions/sbx_no')).status).toBe(404);
  expect((await stage.api('POST', '/sessions/sbx_no/cancel')).status).toBe(404);
  expect((await stage.api('POST', '/sessions/sbx_no/refund', opening, 'k')).status).toBe(404);
  expect((await stage.act('sbx_no', 'pay')).status).toBe(404);
});

test('a cancelled session takes no payment by its page', async () => {
  const sessionId = await stage.open();
  await stage.api('POST', `/sessions/${sessionId}/cancel`);
  expect(await stage.act(sessionId, 'pay')).toMatchObject({
    status: 409,
    body: { error: 'not-open', status: 'cancelled' },
  });
  expect(await find(sessionId)).toMatchObject({ status: 'cancelled' });
});

test('two buttons at one moment: one of them counts', async () => {
  const sessionId = await stage.open();
  const answers = await Promise.all(
    ['pay', 'decline', 'pay-twice'].map((action) => stage.act(sessionId, action)),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
});

test('money that takes too long comes late, also for a cancelled session', async () => {
  const sessionId = await stage.open();
  expect((await stage.act(sessionId, 'take-long')).body).toMatchObject({
    status: 'open',
    moneyUnderWay: true,
  });
  await stage.api('POST', `/sessions/${sessionId}/cancel`);
  stage.pass(LATE_MS - 60_000);
  expect(await find(sessionId)).toMatchObject({ status: 'cancelled', late: false });
  stage.pass(61_000);
  await expect
    .poll(() => find(sessionId), { timeout: 20_000 })
    .toMatchObject({ status: 'paid', late: true, moneyUnderWay: false });
});

describe('a refund', () => {
  const refund = (sessionId: string, changes = {}) =>
    stage.api(
      'POST',
      `/sessions/${sessionId}/refund`,
      { amount: 199_900, currency: 'CNY', ...changes },
      'refund-1',
    );

  test('gives back all of it, once', async () => {
    const sessionId = await stage.open();
    await stage.act(sessionId, 'pay');
    const first = await refund(sessionId);
    expect(first).toMatchObject({ status: 200, body: { status: 'paid', refunded: true } });
    expect(await refund(sessionId)).toEqual(first);
  });

  test('of another amount is refused', async () => {
    const sessionId = await stage.open();
    await stage.act(sessionId, 'pay');
    expect((await refund(sessionId, { amount: 199_899 })).status).toBe(422);
    expect((await refund(sessionId, { currency: 'USD' })).status).toBe(422);
    expect(await find(sessionId)).toMatchObject({ refunded: false });
  });

  test('of money that is not there is refused', async () => {
    const sessionId = await stage.open();
    expect(await refund(sessionId)).toMatchObject({ status: 409, body: { error: 'not-paid' } });
  });
});
