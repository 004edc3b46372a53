/**
 * Random bytes into everything that reads what others sent: it answers or throws what it declares,
 * nothing else, and at once. `FUZZ_RUNS=100000 FUZZ_SEED=1` tries more, and again the same.
 */
import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { fromBase64Url, toBase64Url } from '../../contract/base64url.ts';
import { systemClock } from '../../contract/clock.ts';
import { decodeRecord, encodeBarrier, encodeReservations } from '../../contract/log/codec.ts';
import { placeOrderSchema } from '../../contract/order.ts';
import { createPassKeeper, parsePassKeys } from '../../contract/pass.ts';
import { systemRandom } from '../../contract/random.ts';
import { newSaleSchema } from '../../contract/sale.ts';
import {
  holdingOf,
  outboxEntryOf,
  reserveReplyOf,
  scanPageOf,
  termsOf,
} from '../../origin/admit/redis-replies.ts';
import { nodeHashing } from '../../origin/hashing.ts';
import { parseBody } from '../../origin/http/body.ts';
import { retryAfterMs } from '../../origin/notify/judge-attempt.ts';
import { createSandboxProvider } from '../../origin/pay/sandbox-provider.ts';
import { createStripeProvider } from '../../origin/pay/stripe-provider.ts';
import { RedisReplyError } from '../../origin/redis.ts';

const SEED = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31));
const RUNS = Number(process.env.FUZZ_RUNS ?? 2_000);
/** Two cores that others use as well; what hangs takes longer. */
const AT_ONCE_MS = 250;
const NOW_MS = 1_750_000_000_000;

const KEYS = `k1:${Buffer.alloc(32, 1).toString('base64')}`;
const SECRET = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;

/** Anything that HTTP, JSON or a store can carry as text. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: fc.constantFrom(...'v1.-_=;, +/|{}[]"\\:09azAZ\n\0\u2028é'), maxLength: 300 }),
);

/** This thread's own time: others may have the processor meanwhile. */
function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** Runs `read` on made-up values: it may return what it likes, and throw what `declared` takes. */
function holds<Value>(
  values: fc.Arbitrary<Value>,
  read: (value: Value) => unknown,
  declared: (error: unknown) => boolean = () => false,
): void {
  function millisecondsFor(value: Value): number {
    const startedMs = threadMs();
    try {
      read(value);
    } catch (error) {
      if (!declared(error)) throw error;
    }
    return threadMs() - startedMs;
  }
  const property = fc.property(values, (value) => {
    if (millisecondsFor(value) < AT_ONCE_MS) return;
    // Something else had the processor, unless it is slow each time.
    const again = [millisecondsFor(value), millisecondsFor(value), millisecondsFor(value)];
    expect(Math.min(...again)).toBeLessThan(AT_ONCE_MS);
  });
  fc.assert(property, { seed: SEED, numRuns: RUNS });
}

/** Cuts, repeats and changes bytes of a good message: closer to it than random ones come. */
const damaged = (good: Uint8Array) =>
  fc
    .tuple(fc.nat(good.length), fc.array(fc.tuple(fc.nat(good.length), fc.nat(255)), fewChanges))
    .map(([end, changes]) => {
      const bytes = Uint8Array.from(good);
      for (const [at, value] of changes) bytes[at] = value;
      return bytes.slice(0, end === 0 ? undefined : end);
    });
const fewChanges = { maxLength: 8 };

describe(`random bytes (FUZZ_SEED=${SEED})`, () => {
  const passes = createPassKeeper(nodeHashing, parsePassKeys(KEYS));
  const request = { method: 'GET', path: '/', body: '', idempotencyKey: '' };

  test('as a pass are invalid', () => {
    const good = passes.sign({ ...request, timeMs: NOW_MS, buyerId: 'b' });
    const near = damaged(Buffer.from(good)).map((bytes) => Buffer.from(bytes).toString('latin1'));
    holds(fc.oneof(text, near), (header) => {
      const verdict = passes.verify(header, request, NOW_MS);
      if (header !== good) expect(verdict.kind).toBe('invalid');
    });
  });

  test('as pass keys are refused with a RangeError', () => {
    holds(text, parsePassKeys, (error) => error instanceof RangeError);
  });

  test('as base64url are themselves again, or nothing', () => {
    holds(text, (value) => {
      const bytes = fromBase64Url(value);
      if (bytes !== undefined) expect(toBase64Url(bytes)).toBe(value);
    });
  });

  test('as a cookie name no guest', async () => {
    // By a computed path: the types of the Workers' world are not those of this one.
    const { createGuestCookies } = await import(new URL('guest-cookie.ts', EDGE).href);
    const guests = createGuestCookies(nodeHashing, parsePassKeys(KEYS));
    const [pair] = guests.mint(systemRandom, true).setCookie.split(';');
    const near = damaged(Buffer.from(pair)).map((bytes) => Buffer.from(bytes).toString('latin1'));
    holds(fc.oneof(text, near, fc.constant(null)), (header) => {
      if (header !== pair) expect(guests.read({ header, secure: true })).toBeUndefined();
    });
  });

  test('as a token name no buyer', async () => {
    const { createIdentify } = await import(new URL('identity.ts', EDGE).href);
    const { createTokenReader } = await import(new URL('token.ts', EDGE).href);
    const readToken = createTokenReader(
      { buyerJwtSecret: Buffer.alloc(32, 3) },
      undefined,
      systemClock,
    );
    const identify = createIdentify({ allowGuests: false, readToken });
    const jwt = fc
      .array(fc.oneof(text, fc.json()), { minLength: 3, maxLength: 3 })
      .map(
        (parts) =>
          `Bearer ${parts.map((part) => Buffer.from(part).toString('base64url')).join('.')}`,
      );
    const property = fc.asyncProperty(fc.oneof(text, jwt), async (value) => {
      const headers = { get: (name: string) => (name === 'authorization' ? value : null) };
      const who = await identify({ headers, url: 'https://a' }, NOW_MS);
      expect(who.kind).toBe('unauthenticated');
    });
    await fc.assert(property, { seed: SEED, numRuns: RUNS });
  });

  test('as a record of the log are read or unreadable', () => {
    const order = { saleId: 'phone', epoch: 1, bucket: 0, buyerId: 'b', quantity: 1, seq: 1 };
    const made = { ...order, orderId: 'q83vASNFZ4mrze8BI0VniQ', reservedAtMs: NOW_MS };
    const [record] = encodeReservations([made, { ...made, seq: 2 }], 1);
    const near = [record?.value ?? new Uint8Array(), encodeBarrier({ saleId: 'a', epoch: 2 })];
    holds(fc.oneof(fc.uint8Array({ maxLength: 500 }), ...near.map(damaged)), decodeRecord);
  });

  test('as a reply of a script are refused with a RedisReplyError', () => {
    const reply = fc.oneof(
      ...[fc.anything(), fc.array(fc.oneof(text, fc.integer(), fc.constant(null)))],
      ...[text, fc.tuple(fc.integer(), fc.oneof(fc.integer(), text))],
      fc.tuple(...Array.from({ length: 5 }, () => fc.nat())),
    );
    const declared = (error: unknown) => error instanceof RedisReplyError;
    holds(reply, (value) => reserveReplyOf(value, 1), declared);
    for (const read of [holdingOf, termsOf, scanPageOf]) holds(reply, read, declared);
    const entry = damaged(Buffer.from('1|2|k3x9|1|buyer')).map((bytes) => `${Buffer.from(bytes)}`);
    holds(fc.oneof(text, entry), (value) => outboxEntryOf('an order', value), declared);
  });

  test('as a body are parsed or refused, and change no prototype', () => {
    const body = fc.oneof(
      ...[text, fc.json(), fc.json().map((json) => `{"__proto__":${json},"quantity":1}`)],
      fc.json().map((json) => `{"constructor":{"prototype":${json}}}`),
    );
    const kinds = ['parsed', 'invalid-request'];
    holds(body, (value) => expect(kinds).toContain(parseBody(placeOrderSchema, value).kind));
    holds(body, (value) => expect(kinds).toContain(parseBody(newSaleSchema, value).kind));
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(Reflect.get({}, 'quantity')).toBeUndefined();
  });

  test('as Retry-After of a shop are a time that is not past, or nothing', () => {
    const date = text.map((part) => `Mon, ${part} GMT`);
    holds(fc.oneof(text, date), (value) => {
      expect(retryAfterMs(value, NOW_MS) ?? 0).toBeGreaterThanOrEqual(0);
    });
  });
});

describe(`events with a good signature and a random body (FUZZ_SEED=${SEED})`, () => {
  const types = fc.constantFrom(
    ...['checkout.session.completed', 'checkout.session.expired', 'charge.refunded'],
    ...['refund.created', 'payment.paid', 'payment.refunded', 'unknown'],
  );
  const event = fc
    .record({ id: fc.anything(), type: types, data: fc.anything() }, { requiredKeys: ['type'] })
    .map((value) =>
      JSON.stringify(value, (_name, inner) => (typeof inner === 'bigint' ? 0 : inner)),
    );
  const body = fc.oneof(text, fc.json(), event);

  test('of Stripe are read, ignored or invalid', () => {
    const stripe = createStripeProvider({ secretKey: 'sk_test', webhookSecret: SECRET });
    const timestamp = Math.floor(NOW_MS / 1_000);
    const { webhooks } = new Stripe('sk_test');
    holds(body, (payload) => {
      const given = { payload, secret: SECRET, timestamp };
      const headers = { 'stripe-signature': webhooks.generateTestHeaderString(given) };
      const reading = stripe.readEvent({ body: payload, headers, nowMs: NOW_MS });
      // Its library takes an empty body for a missing one.
      expect(['event', 'ignored', ...(payload === '' ? ['invalid'] : [])]).toContain(reading.kind);
    });
    holds(text, (signature) => {
      const headers = { 'stripe-signature': signature };
      expect(stripe.readEvent({ body: '{}', headers, nowMs: NOW_MS }).kind).toBe('invalid');
    });
  });

  test('of the sandbox are read, ignored or invalid', () => {
    const sandbox = createSandboxProvider({ url: 'http://127.0.0.1', secret: SECRET });
    const webhook = new Webhook(SECRET);
    holds(body, (payload) => {
      const now = new Date();
      const headers = {
        'webhook-id': 'e',
        'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
        'webhook-signature': webhook.sign('e', now, payload),
      };
      const reading = sandbox.readEvent({ body: payload, headers, nowMs: NOW_MS });
      expect(['event', 'ignored']).toContain(reading.kind);
    });
    holds(fc.tuple(text, text, text), ([id, timestamp, signature]) => {
      const headers = {
        ...{ 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature },
      };
      expect(sandbox.readEvent({ body: '{}', headers, nowMs: NOW_MS }).kind).toBe('invalid');
    });
  });
});

const EDGE = new URL('../../edge/', import.meta.url);
