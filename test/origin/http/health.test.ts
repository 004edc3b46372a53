/**
 * Whoever runs the process sees that it lives, what is not ready, and every metric that is
 * promised.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Checks, createHealthRoutes } from '../../../origin/http/health-routes.ts';
import { createMetrics } from '../../../origin/metrics.ts';
import { pause } from '../../../origin/timer.ts';
import { auditAtRest, openSale } from '../../flow/sale.ts';
import { openShop, type Shop } from '../../flow/shop.ts';
import { createEdgeStandIn, told } from './edge-stand-in.ts';

let shop: Shop;
let url: string;
beforeAll(async () => {
  shop = await openShop('embedded');
  url = (await shop.startOrigin()).url;
  await openSale(shop, { saleId: 'phone', units: 3 });
  const passKeys = shop.environment.PASS_KEYS ?? '';
  const edge = createEdgeStandIn({ originUrl: url, passKeys, saleId: 'phone' });
  for (const buyerId of ['a', 'b', 'c', 'd']) await edge.send({ buyerId });
  await edge.sendWith('let me in', {});
  await auditAtRest(shop, 'phone');
});
afterAll(() => shop.close());

test('a living process says so', async () => {
  const answer = await told(await fetch(`${url}/healthz`));
  expect(answer.short).toBe('200');
  const { now, ...living } = answer.body;
  expect(living).toEqual({ status: 'alive', version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  expect(Number.isNaN(Date.parse(now))).toBe(false);
});

test('a ready process says so', async () => {
  const answer = await told(await fetch(`${url}/readyz`));
  expect(answer.short).toBe('200');
  expect(answer.body).toEqual({ status: 'ready' });
});

describe('readiness', () => {
  const good = async () => {};
  const routes = (checks: Checks, draining = false) =>
    createHealthRoutes(checks, () => draining, createMetrics(), Date.now);
  const readyz = async (checks: Checks, draining?: boolean) =>
    told(await routes(checks, draining).request('/readyz'));

  test('names each backend that does not serve, and why', async () => {
    const bad = async () => {
      throw new Error('connection refused');
    };
    const answer = await readyz({ stock: good, log: bad, book: bad, lease: good });
    expect(answer.status).toBe(503);
    const notReady = { log: 'connection refused', book: 'connection refused' };
    expect(answer.body).toEqual({ status: 'not-ready', notReady });
  });

  test('does not wait for ever for one that does not answer', async () => {
    vi.useFakeTimers();
    try {
      const answer = readyz({ stock: () => new Promise(() => {}), log: good });
      await vi.advanceTimersByTimeAsync(2_000);
      expect((await answer).body.notReady).toEqual({ stock: 'no answer in 2000 ms' });
    } finally {
      vi.useRealTimers();
    }
  });

  test('ends when the process stops, while it lives on', async () => {
    const answer = await readyz({ stock: good }, true);
    expect(answer.status).toBe(503);
    expect(answer.body.notReady).toEqual({ draining: 'the process is stopping' });
    expect((await routes({}, true).request('/healthz')).status).toBe(200);
  });
});

describe('metrics', () => {
  let text = '';
  beforeAll(async () => {
    // The reconcile role fills the gauges of the stores once a second.
    for (let waitedMs = 0; waitedMs < 20_000; waitedMs += 100) {
      text = await (await fetch(`${url}/metrics`)).text();
      if (/^sluice_stock_left_units\{sale="phone"\} 0$/m.test(text)) break;
      await pause(100);
    }
  });

  test.each([
    ['sluice_decisions_total{outcome="accepted"} 3'],
    ['sluice_decisions_total{outcome="sold-out"} 1'],
    ['sluice_decisions_total{outcome="no-pass"} 1'],
    ['sluice_orders_settled_total{state="reserved",reason=""} 3'],
    ['sluice_stock_left_units{sale="phone"} 0'],
    ['sluice_outbox_entries{sale="phone"} 0'],
    ['sluice_releases_pending{sale="phone"} 0'],
    ['sluice_ledger_difference_units{sale="phone"} 0'],
    ['sluice_log_lag_messages 0'],
    ['sluice_log_lag_seconds 0'],
    ['sluice_dead_letters_total 0'],
    ['sluice_dead_letters_pending 0'],
    ['sluice_relayed_orders_total 0'],
  ])('say %s', (line) => {
    expect(text.split('\n')).toContain(line);
  });

  test.each(['reserve', 'append', 'settle'])('measure how long and how much: %s', (stage) => {
    for (const name of [`sluice_${stage}_duration_seconds`, `sluice_${stage}_batch_size`]) {
      expect(text).toMatch(new RegExp(`^# TYPE ${name} histogram$`, 'm'));
      expect(Number(new RegExp(`^${name}_count (\\d+)$`, 'm').exec(text)?.[1])).toBeGreaterThan(0);
    }
    expect(text).toContain(`sluice_${stage}_batch_size_sum ${stage === 'reserve' ? 4 : 3}\n`);
  });

  test('say nothing of buyers', () => {
    expect(text).not.toMatch(/buyer-|one-click/);
  });

  test('are answered while the log is away', async () => {
    const metrics = createMetrics();
    metrics.watchLag(() => Promise.reject(new Error('the broker is away')));
    metrics.decided('sold-out');
    const { text: rendered } = await metrics.render();
    expect(rendered).toContain('outcome="sold-out"} 1');
    expect(rendered, 'a lag that nobody knows').not.toMatch(/^sluice_log_lag/m);
  });
});
