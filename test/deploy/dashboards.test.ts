/**
 * What Grafana shows of a sale is there: a real Prometheus scrapes a shop with its edge while
 * buyers come, and every query of every panel has an answer. The metrics are named after
 * Prometheus' rules, and docs/metrics.md lists all of them.
 */
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pause } from '../../origin/timer.ts';
import { openSale } from '../flow/sale.ts';
import { openShop, type Shop } from '../flow/shop.ts';
import { documentedMetrics, queries } from './panels.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';
import { complaintsOf, missingTools } from './tools.ts';

const SALE = 'phone';
const PATIENCE_MS = 120_000;
const POLLED = { timeout: 60_000, interval: 500 };
const CLICK_EVERY_MS = 150;
const missing = missingTools('prometheus', 'promtool');

const asked = queries.map(({ panel, expression }) => ({
  panel,
  expression: filledIn(expression),
}));

function filledIn(expression: string): string {
  return expression
    .replaceAll('$sale', SALE)
    .replaceAll('$instance', '.*')
    .replaceAll('$__rate_interval', '10s');
}

describe.skipIf(missing !== undefined)('a sale that runs', { timeout: PATIENCE_MS }, () => {
  let shop: Shop;
  let originUrl: string;
  let edgeUrl: string;
  let prometheus: Prometheus;
  let crowd: Promise<void>;
  const over = new AbortController();

  beforeAll(async () => {
    shop = await openShop('embedded');
    const ownUrl = `http://127.0.0.1:${shop.environment.PORT}`;
    originUrl = (await shop.startOrigin({ EDGE_URL: ownUrl })).url;
    edgeUrl = await shop.startEdge();
    await openSale(shop, { saleId: SALE, units: 10_000, ratePerSecond: 50 });
    prometheus = await startPrometheus(originUrl);
    crowd = comeAndGo();
  });
  afterAll(async () => {
    over.abort();
    await crowd;
    await prometheus?.close();
    await shop?.close();
  });

  /** A new buyer each time; every other one wants to wait in line, though there are units. */
  async function comeAndGo(): Promise<void> {
    while (!over.signal.aborted) {
      await asNewBuyer('POST', 'orders');
      await asNewBuyer('PUT', 'waitlist');
      await pause(CLICK_EVERY_MS, over.signal);
    }
  }

  async function asNewBuyer(method: string, resource: string): Promise<void> {
    const token = await new SignJWT({ sub: `buyer-${randomUUID()}` })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(shop.environment.BUYER_JWT_SECRET));
    const headers = { authorization: `Bearer ${token}`, 'idempotency-key': 'click-0001' };
    const url = `${edgeUrl}/api/sales/${SALE}/${resource}`;
    const answer = await fetch(url, { method, headers }).catch(() => undefined);
    await answer?.body?.cancel();
  }

  const has = async (expression: string) =>
    (await prometheus.query(expression)).some(({ value }) => !Number.isNaN(value));

  test('every panel has data', async () => {
    let empty = asked;
    await expect
      .poll(async () => {
        const found = await Promise.all(empty.map(({ expression }) => has(expression)));
        empty = empty.filter((_, index) => !found[index]);
        return empty;
      }, POLLED)
      .toEqual([]);
  });

  test('each variable has values', async () => {
    expect(await has(`sluice_stock_left_units{sale="${SALE}"}`)).toBe(true);
    expect(await has('sluice_role_info{instance!=""}')).toBe(true);
  });

  test("what the edge counted is what its buyers were told, and the operator's rate", async () => {
    const ofEdge = async (request: string) => {
      const all = await prometheus.query(`sluice_edge_requests_total{request="${request}"}`);
      return all.filter(({ value }) => value > 0).map(({ labels }) => labels.outcome);
    };
    expect(await ofEdge('order')).toContain('accepted');
    expect(await ofEdge('join')).toEqual(['not-sold-out']);
    const [rate] = await prometheus.query('sluice_edge_configured_rate_per_second');
    expect(rate?.value).toBe(50);
  });

  test('who goes past the edge sets off the alarm', async () => {
    const answer = await fetch(`${originUrl}/api/sales/${SALE}/orders`, { method: 'POST' });
    expect(answer.status).toBe(403);
    const alarms = async () => {
      const all = await prometheus.query('ALERTS{alertstate="firing"}');
      return all.map(({ labels }) => `${labels.alertname} ${labels.reason}`);
    };
    await expect.poll(alarms, POLLED).toContain('SluiceEdgeBypassTried missing');
  });

  test('its metrics are named after the rules, and are those of the docs', async () => {
    const text = await (await fetch(`${originUrl}/metrics`)).text();
    expect(complaintsOf('promtool', ['check', 'metrics'], text)).toBe('');
    const names = Array.from(text.matchAll(/^# HELP (\w+)/gm), ([, name = '']) => name);
    expect(names.sort()).toEqual([...documentedMetrics()].sort());
  });
});
