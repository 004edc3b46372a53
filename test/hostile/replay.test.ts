/**
 * A pass that somebody has overheard between edge and origin, sent again: for the same request it
 * is the same order, for any other it is forged, and it ends after 30 s. The passes are those of a
 * real edge, taken from the wire.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pause } from '../../origin/timer.ts';
import { auditAtRest } from '../flow/sale.ts';
import {
  createEdgeStandIn,
  type EdgeStandIn,
  type Told,
  told,
} from '../origin/http/edge-stand-in.ts';
import type { Crossing } from './border.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
let standIn: EdgeStandIn;
let overheard: Crossing;
let orderId: string;

beforeAll(async () => {
  stage = await openStage();
  const opensAt = new Date(Date.now() - 60_000).toISOString();
  await stage.openSale({ saleId: 'phone', units: 100, perBuyer: 2, opensAt });
  await stage.openSale({ saleId: 'watch', units: 100 });
  const { originUrl, shop } = stage;
  const passKeys = shop.environment.PASS_KEYS ?? '';
  standIn = createEdgeStandIn({ originUrl, passKeys, saleId: 'phone' });
  const answer = await stage.click({ saleId: 'phone', buyerId: 'victim' });
  ({ orderId } = answer.body);
  const [order] = stage.border.orders();
  if (order === undefined) throw new Error('the edge has asked nothing');
  overheard = order;
});
afterAll(() => stage?.close());

interface Change {
  method?: string;
  path?: string;
  body?: string;
  headers?: Record<string, string>;
}

async function replay({ method, path, body, headers = {} }: Change = {}): Promise<Told> {
  const { host: _host, 'content-length': _length, connection: _hop, ...known } = overheard.headers;
  const wanted = method ?? overheard.method;
  return told(
    await fetch(`${stage.originUrl}${path ?? overheard.target}`, {
      method: wanted,
      headers: { ...known, ...headers },
      ...(wanted === 'GET' ? {} : { body: body ?? overheard.body.toString() }),
    }),
  );
}

/** The pass with one of its five parts changed. */
function passWith(index: number, part: string): Record<string, string> {
  const parts = (overheard.headers['sluice-pass'] ?? '').split('.');
  parts[index] = part;
  return { 'sluice-pass': parts.join('.') };
}

const unitsTaken = async () => {
  const { proof } = await auditAtRest(stage.shop, 'phone');
  return proof;
};

describe('an overheard pass', () => {
  test('for the same request is the same order, however often', async () => {
    const before = await unitsTaken();
    const answers = await Promise.all(Array.from({ length: 20 }, () => replay()));
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(body.orderId).toBe(orderId);
    }
    expect(await unitsTaken()).toEqual(before);
  });

  test.each<[string, () => Change]>([
    ['another Idempotency-Key', () => ({ headers: { 'idempotency-key': 'another-click' } })],
    ['another body', () => ({ body: '{"quantity":2}' })],
    ['the same body with a space', () => ({ body: '{"quantity": 1}' })],
    ['another sale', () => ({ path: '/api/sales/watch/orders' })],
    ['the same path with a query', () => ({ path: '/api/sales/phone/orders?a' })],
    ['the same path, written otherwise', () => ({ path: '/api/sales/%70hone/orders' })],
    ['joining the line', () => ({ method: 'PUT', path: '/api/sales/phone/waitlist' })],
    ['reading', () => ({ method: 'GET', path: '/api/sales/phone/orders/mine' })],
    ['cancelling', () => ({ path: `/api/orders/${orderId}/cancellation` })],
    ['the sale’s seed', () => ({ method: 'GET', path: '/edge/sales/phone' })],
    ['another buyer', () => ({ headers: passWith(4, 'thief') })],
    ['a buyer whose name goes on', () => ({ headers: passWith(4, 'victim.2') })],
    ['nobody', () => ({ headers: passWith(4, '') })],
    ['another time', () => ({ headers: passWith(2, String(Date.now() + 1)) })],
  ])('for %s is forged', async (_name, changeOf) => {
    const before = await unitsTaken();
    const answer = await replay(changeOf());
    expect(answer.short).toBe('403 no-pass');
    expect(answer.body.detail).toBe('forged');
    expect(await unitsTaken()).toEqual(before);
  });

  test.each<[string, Change]>([
    ['a double slash', { path: '/api/sales//phone/orders' }],
    ['another method', { method: 'PUT' }],
    ['what operators do', { path: '/operator/sales/phone/pause' }],
  ])('opens no way to %s', async (_name, change) => {
    const before = await unitsTaken();
    expect([401, 404]).toContain((await replay(change)).status);
    expect(await unitsTaken()).toEqual(before);
  });

  test.each<[string, () => Record<string, string>, string]>([
    ['of another version', () => passWith(0, 'v0'), 'malformed'],
    ['of a key that is not known', () => passWith(1, 't2'), 'unknown-key'],
    ['with zeros before the time', () => passWith(2, `0${Date.now()}`), 'malformed'],
    ['with a time below nothing', () => passWith(2, '-1'), 'malformed'],
    ['with half a signature', () => passWith(3, 'AAAA'), 'malformed'],
    ['twice', () => ({ 'sluice-pass': `${overheard.headers['sluice-pass']}, x` }), 'malformed'],
    ['in another header', () => ({ 'sluice-pass': '', 'x-sluice-pass': 'x' }), 'missing'],
  ])('%s is refused', async (_name, headersOf, reason) => {
    const answer = await replay({ headers: headersOf() });
    expect(answer).toMatchObject({ short: '403 no-pass', body: { detail: reason } });
  });

  test('is good for 30 s, to either side, and not for longer', async () => {
    const at = (offMs: number) => standIn.send({ buyerId: 'late', timeMs: Date.now() + offMs });
    for (const offMs of [-600_000, -31_000, 45_000, 600_000]) {
      const answer = await at(offMs);
      expect(answer, `${offMs}`).toMatchObject({
        short: '403 no-pass',
        body: { detail: 'expired' },
      });
    }
    for (const offMs of [-15_000, 29_000]) expect((await at(offMs)).status).toBeLessThan(300);
  });

  test('given to the edge names nobody there', async () => {
    const [url = ''] = stage.edgeUrls;
    const { 'sluice-pass': pass = '' } = overheard.headers;
    const mine = await told(
      await fetch(`${url}/api/sales/phone/orders/mine`, { headers: { 'sluice-pass': pass } }),
    );
    expect(mine.short).toBe('404 unknown-order');
  });

  test('given to the edge is none of the origin’s: no result of its is told', async () => {
    const [url = ''] = stage.edgeUrls;
    const { 'sluice-pass': pass = '' } = overheard.headers;
    const order = { orderId, saleId: 'phone', state: 'paid', quantity: 1 };
    const passes = [pass, 'v1.t1.1.a.', standIn.sign({ buyerId: 'victim' })];
    for (const each of passes) {
      const answer = await fetch(`${url}/api/sales/phone/results`, {
        method: 'POST',
        headers: { 'sluice-pass': each },
        body: JSON.stringify({ results: [{ buyerId: 'victim', order }] }),
      });
      expect(answer.status).toBe(403);
    }
  });

  test('gives a cancelled order no second life', async () => {
    const [url = ''] = stage.edgeUrls;
    const headers = { authorization: await stage.tokenOf('victim') };
    const cancelled = await fetch(`${url}/api/orders/${orderId}/cancellation`, {
      method: 'POST',
      headers,
    });
    expect(cancelled.status).toBeLessThan(300);
    const state = async () => (await replay()).body;
    for (let tries = 0; tries < 100 && (await state()).state !== 'cancelled'; tries += 1) {
      await pause(50);
    }
    expect(await state()).toMatchObject({ orderId, state: 'cancelled' });
  });
});
