/** The adapter of the sandbox against the sandbox as a process of its own. */
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { createSandboxProvider } from '../../../origin/pay/sandbox-provider.ts';
import { createSandboxPlace, SANDBOX_SECRET } from '../../sandbox/sandbox-process.ts';
import { createPayment, exerciseProvider, type SignedTale } from './provider.exercise.ts';
import { startScriptedServer } from './scripted-server.ts';

const OTHER_SECRET = `whsec_${Buffer.alloc(32, 4).toString('base64')}`;

exerciseProvider('the sandbox', async () => {
  const place = createSandboxPlace();
  const sandbox = await place.start({ SANDBOX_EVENTS_URL: 'http://127.0.0.1:9/events' });
  return {
    provider: createSandboxProvider({ url: sandbox.url, secret: SANDBOX_SECRET }),
    elsewhere: (url) => createSandboxProvider({ url, secret: SANDBOX_SECRET }),
    withWrongKeys: () => createSandboxProvider({ url: sandbox.url, secret: OTHER_SECRET }),
    sign,
    async choose(sessionId, action) {
      const response = await fetch(`${sandbox.url}/pay/${sessionId}/${action}`, {
        method: 'POST',
        headers: { accept: 'application/json' },
      });
      expect(response.status).toBe(200);
    },
    close: () => place.remove(),
  };
});

describe('the adapter of the sandbox', () => {
  test('the page is where browsers reach it', async () => {
    const server = await startScriptedServer(() => ({ status: 200, body: SESSION }));
    const provider = createSandboxProvider({
      url: server.url,
      secret: SANDBOX_SECRET,
      publicUrl: 'https://pay.example.com',
    });
    expect(await provider.open(createPayment())).toEqual({
      kind: 'open',
      sessionId: 'sbx_1',
      url: 'https://pay.example.com/pay/sbx_1',
    });
    await server.close();
  });

  test('an answer that is no session is no answer', async () => {
    const server = await startScriptedServer(() => ({ status: 200, body: { status: 'paid' } }));
    const provider = createSandboxProvider({ url: server.url, secret: SANDBOX_SECRET });
    await expect(provider.find({ paymentId: 'pay_1', sessionId: 'sbx_1' })).rejects.toMatchObject({
      code: 'provider-unavailable',
    });
    await server.close();
  });

  test('the secret itself does not travel', async () => {
    const server = await startScriptedServer(() => ({ status: 200, body: SESSION }));
    const provider = createSandboxProvider({ url: server.url, secret: SANDBOX_SECRET });
    await provider.open(createPayment());
    expect(JSON.stringify(server.requests)).not.toContain(SANDBOX_SECRET.slice('whsec_'.length));
    await server.close();
  });

  test('an event with several signatures needs one that is right', () => {
    const provider = createSandboxProvider({ url: 'http://127.0.0.1:9', secret: SANDBOX_SECRET });
    const tale = { paymentId: 'pay_1', sessionId: 'sbx_1', signedAtMs: Date.now() } as const;
    const good = sign({ ...tale, what: 'paid', eventId: 'event_1' });
    const forged = sign({ ...tale, what: 'paid', eventId: 'event_1', isForged: true });
    const both = `${forged.headers['webhook-signature']} ${good.headers['webhook-signature']}`;
    const headers = { ...good.headers, 'webhook-signature': both };
    const event = { body: good.body, headers, nowMs: Date.now() };
    expect(provider.readEvent(event)).toEqual({
      kind: 'event',
      eventId: 'event_1',
      paymentId: 'pay_1',
      sessionId: 'sbx_1',
      what: 'paid',
    });
  });
});

const SESSION = {
  sessionId: 'sbx_1',
  paymentId: 'pay_1',
  status: 'open',
  late: false,
  moneyUnderWay: false,
  refunded: false,
  amount: 1,
  currency: 'CNY',
};

function sign({ what, eventId, paymentId, sessionId, signedAtMs, isForged }: SignedTale) {
  const body = JSON.stringify({
    type: `payment.${what}`,
    timestamp: new Date(signedAtMs).toISOString(),
    data: { paymentId, sessionId },
  });
  const webhook = new Webhook(isForged ? OTHER_SECRET : SANDBOX_SECRET);
  const headers = {
    'webhook-id': eventId,
    'webhook-timestamp': String(Math.floor(signedAtMs / 1000)),
    'webhook-signature': webhook.sign(eventId, new Date(signedAtMs), body),
  };
  return { body, headers };
}
