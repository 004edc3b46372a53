/**
 * The console's side of a running origin: its page, the live stream from a sold unit to the end of
 * the process, changing a sale before it opens, and the checklist.
 */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  foundOrdersSchema,
  type LiveFrame,
  orderHistorySchema,
  preheatSchema,
} from '../../contract/console.ts';
import { openApiDocument } from '../../contract/openapi.ts';
import { operatorSaleSchema } from '../../contract/operator.ts';
import { MAX_STREAMS } from '../../origin/console/live.ts';
import { createEdgeStandIn } from '../origin/http/edge-stand-in.ts';
import { LEAST_ENVIRONMENT } from '../origin/run-origin.ts';
import { ANNA, eventsOf, type RunningOrigin, runOriginHere, WATCH } from './running-origin.ts';

let origin: RunningOrigin;
let isClosed = false;
beforeAll(async () => {
  origin = await runOriginHere();
});
afterAll(async () => {
  if (!isClosed) await origin.close();
});

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

async function makeSale(saleId: string, opensInHours: number, more: object = {}) {
  const terms = { title: 'A phone', units: 10, price: 199_900, currency: 'CNY' };
  const times = { opensAt: inHours(opensInHours), closesAt: inHours(opensInHours + 2) };
  const made = await origin.call('POST', '/operator/sales', {
    ...{ saleId, ...terms, ...times, ...more },
  });
  return operatorSaleSchema.parse(await made.json());
}

const buy = (saleId: string, buyerId: string) =>
  createEdgeStandIn({
    originUrl: origin.url,
    passKeys: LEAST_ENVIRONMENT.PASS_KEYS,
    saleId,
  }).send({ buyerId });

const watch = (saleId: string, token = ANNA, signal?: AbortSignal) =>
  fetch(`${origin.url}/operator/sales/${saleId}/live`, {
    headers: { authorization: `Bearer ${token}` },
    ...(signal === undefined ? {} : { signal }),
  });

describe('the page', () => {
  test('needs no token, and allows no script but ours and its import map', async () => {
    const page = await fetch(`${origin.url}/operator`);
    const html = await page.text();
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|script-src[^;]*\*/);
    const [, inline = ''] = /<script type="importmap">([^<]*)</.exec(html) ?? [];
    const hash = createHash('sha256').update(inline).digest('base64');
    expect(policy).toContain(`script-src 'self' 'sha256-${hash}'`);
    expect(html.match(/<script(?![^>]*\bsrc=)/g), 'nothing else is inline').toHaveLength(1);
    expect(html).not.toMatch(/ on\w+=| style=/);
  });

  test('names files that are there, for good under their hash', async () => {
    const html = await (await fetch(`${origin.url}/operator`)).text();
    const paths = new Set(html.match(/\/operator\/assets\/[^"' ]+\.(?:js|css|svg)/g));
    expect(paths.size).toBeGreaterThan(5);
    for (const path of paths) {
      const file = await fetch(`${origin.url}${path}`);
      expect(file.status, path).toBe(200);
      expect(file.headers.get('cache-control'), path).toMatch(/immutable/);
      expect(file.headers.get('x-content-type-options')).toBe('nosniff');
    }
    const [path = ''] = paths;
    const other = await fetch(`${origin.url}${path.replace(/assets\/[^/]+/, 'assets/older')}`);
    expect(other.headers.get('cache-control')).toBe('no-store');
  });

  test.each(['nothing.js', '..%2f..%2fwiring.ts', 'index.html', 'types.ts', 'tsconfig.json'])(
    'serves no other file: %s',
    async (name) => {
      expect((await fetch(`${origin.url}/operator/assets/x/${name}`)).status).toBe(404);
    },
  );
});

test('a token tells its name and role', async () => {
  const me = async (token: string) => await origin.call('GET', '/operator/me', undefined, token);
  expect(await (await me(ANNA)).json()).toEqual({ name: 'anna', role: 'operator' });
  expect(await (await me(WATCH)).json()).toEqual({ name: 'watch', role: 'viewer' });
  expect((await me('wrong')).status).toBe(401);
});

describe('changing a sale', () => {
  test('works until it opens, for an operator only', async () => {
    const { version } = await makeSale('soon', 1);
    const path = '/operator/sales/soon';
    const edit = { title: 'A better phone', price: 1, version };
    expect((await origin.call('PATCH', path, edit, WATCH)).status).toBe(403);
    const changed = operatorSaleSchema.parse(await (await origin.call('PATCH', path, edit)).json());
    expect(changed).toMatchObject({ title: 'A better phone', price: 1, units: 10 });
    expect(changed.version).toBe(version + 1);
    expect((await origin.call('PATCH', path, edit)).status, 'an old version').toBe(409);
    expect((await origin.call('PATCH', path, { units: 3 })).status).toBe(400);

    await origin.call('POST', `${path}/open`);
    const late = await origin.call('PATCH', path, { price: 2 });
    expect(late.status).toBe(409);
    expect(await late.json()).toMatchObject({ detail: 'the sale has opened; its terms stay' });
  });
});

test('an order is found by its id and its buyer, and its history tells what happened', async () => {
  await makeSale('told', -1);
  const { body } = await buy('told', 'buyer-told');
  const find = async (q: string) => {
    const found = await origin.call('GET', `/operator/orders?q=${q}`, undefined, WATCH);
    return foundOrdersSchema.parse(await found.json()).orders.map(({ orderId }) => orderId);
  };
  await expect.poll(() => find('buyer-told')).toEqual([body.orderId]);
  expect(await find(body.orderId)).toEqual([body.orderId]);
  expect(await find('buyer-tol')).toEqual([]);

  await origin.call('POST', `/operator/orders/${body.orderId}/cancellation`, {});
  const history = async () => {
    const told = await origin.call('GET', `/operator/orders/${body.orderId}/history`);
    return orderHistorySchema
      .parse(await told.json())
      .events.map(({ of, what }) => `${of} ${what}`);
  };
  await expect
    .poll(history)
    .toEqual([
      'order taken',
      'order reserved',
      expect.anything(),
      expect.anything(),
      'units released',
    ]);
  expect((await history()).sort()).toContain('operator order.cancellation');
  expect(await history()).toContain('order cancelled');
});

describe('the checklist', () => {
  test('of a sale that is well has nothing red but what the test shop lacks', async () => {
    await makeSale('ready', 1);
    const path = '/operator/sales/ready/preheat';
    expect((await origin.call('POST', path, {}, WATCH)).status).toBe(403);
    const told = await origin.call('POST', path, { expectedBuyers: 1_000 });
    const { checks, ok } = preheatSchema.strict().parse(await told.json());
    // How fast the backends answer is up to the machine.
    const judged = checks.filter(({ id }) => !['stock', 'log', 'book', 'lease'].includes(id));
    const red = judged.filter((check) => check.ok === false).map(({ id }) => id);
    expect(red, 'no sandbox runs here').toEqual(['payments']);
    expect(ok).toBe(false);
    const green = judged.filter((check) => check.ok).map(({ id }) => id);
    expect(green).toEqual(expect.arrayContaining(['stock-loaded', 'clocks', 'share', 'ledger']));
  });
});

describe('the live stream', () => {
  test('shows a sold unit within a few frames', async () => {
    await makeSale('shown', -1);
    const leave = new AbortController();
    const stream = await watch('shown', WATCH, leave.signal);
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const frames: LiveFrame[] = [];
    for await (const event of eventsOf(stream)) {
      if (event.name !== 'frame') continue;
      frames.push(event.frame);
      if (frames.length === 1) await buy('shown', 'buyer-shown');
      const isWhole = event.frame.sold === 1 && event.frame.top?.length === 1;
      if (isWhole || frames.length === 15) break;
    }
    leave.abort();
    const [first] = frames;
    const last = frames.at(-1);
    expect(first).toMatchObject({ sold: 0, stockLeft: 10, curve: [], top: [] });
    expect(first?.backends).toEqual({ stock: 'ok', log: 'ok', book: 'ok', lease: 'ok' });
    expect(last).toMatchObject({ sold: 1, stockLeft: 9 });
    expect(last?.top).toMatchObject([{ rank: 1, buyerId: 'buyer-shown', quantity: 1 }]);
    expect(last?.requests.source).toBe('process');
    const points = frames.flatMap(({ curve }) => curve);
    expect(
      points.map(([, units]) => units),
      'each second is told once',
    ).toEqual([1]);
    expect(frames.some(({ requests }) => (requests.perSecond.accepted ?? 0) > 0)).toBe(true);
  });

  test('is for known sales and known people', async () => {
    expect((await watch('nothing-like-it')).status).toBe(404);
    expect((await watch('shown', 'wrong')).status).toBe(401);
  });

  test('is refused beyond so many, and ends when the process drains', async () => {
    await makeSale('watched', -1);
    const streams: Response[] = [];
    await expect
      .poll(async () => {
        const stream = await watch('watched');
        if (stream.ok) streams.push(stream);
        return stream.status;
      })
      .toBe(503);
    expect(streams.length).toBeLessThanOrEqual(MAX_STREAMS);
    const text = JSON.stringify(openApiDocument());
    expect(text).toContain(`A process has at most ${MAX_STREAMS} streams.`);
    const [first, ...others] = streams.map(async (stream) => {
      const names: string[] = [];
      for await (const event of eventsOf(stream)) {
        names.push(event.name === 'end' ? `end ${event.reason}` : event.name);
      }
      return names.at(-1);
    });
    isClosed = true;
    await origin.close();
    expect(await first).toBe('end draining');
    expect(new Set(await Promise.all(others))).toEqual(new Set(['end draining']));
  });
});
