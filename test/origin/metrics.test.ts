/**
 * docs/metrics.md is the list of the metrics that there are: name, type, labels and help of each,
 * as the registry has them, and none besides.
 */
import { readFileSync } from 'node:fs';
import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import type { EdgeNumbers } from '../../contract/edge-numbers.ts';
import { createMetrics } from '../../origin/metrics.ts';

/** Node's own are not the same on every system. */
const OF_NODE = /^sluice_(?:nodejs|process)_/;

const registry = new Registry();
const metrics = createMetrics(registry);
const numbers: EdgeNumbers = {
  saleId: 'phone',
  atMs: 5_000,
  outcomes: { accepted: 3, 'sold-out': 9 },
  joins: { accepted: 1 },
  admitted: 4,
  copies: { hit: 12, miss: 1 },
  configuredRatePerSecond: 100,
  currentRatePerSecond: null,
};
let readings = [{ numbers, ageMs: 500 }];
metrics.watchEdge({
  latest: () => numbers,
  perSecond: () => undefined,
  readings: () => readings,
  answers: () => true,
  close: async () => undefined,
});
metrics.watchLag(async () => ({ messages: 0, seconds: 0 }));
metrics.watchRecovering(() => 2);
metrics.watchPressure(() => ({
  pressure: 0,
  parts: { inFlight: 0, loopDelay: 0, outbox: 0, lag: 0 },
  inFlight: 0,
}));

interface Row {
  name: string;
  type: string;
  labels: string;
  help: string;
}

function listed(): Row[] {
  const text = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  const rows = text.matchAll(/^\| `(sluice_\w+)` \| (\w+) \| ([^|]*) \| ([^|]*) \|$/gm);
  return Array.from(rows, ([, name = '', type = '', labels = '', help = '']) => {
    return { name, type, labels: labels.trim(), help: help.trim() };
  });
}

function registered(): Row[] {
  return registry.getMetricsAsArray().map((metric) => {
    const { name, help, type } = metric;
    const { labelNames = [] } = metric as { labelNames?: readonly string[] };
    const labels = labelNames.map((label) => `\`${label}\``).join(' ');
    return { name, type: String(type), labels, help };
  });
}

const byName = (one: Row, other: Row) => (one.name < other.name ? -1 : 1);

test('docs/metrics.md lists each metric as it is, and no other', () => {
  const ours = (rows: Row[]) => rows.filter(({ name }) => !OF_NODE.test(name)).sort(byName);
  expect(ours(listed())).toEqual(ours(registered()));
});

test('docs/metrics.md lists what Node tells of itself', () => {
  const names = new Set(listed().map(({ name }) => name));
  const missing = registered().filter(({ name }) => OF_NODE.test(name) && !names.has(name));
  expect(missing).toEqual([]);
});

describe('metrics', () => {
  test('show what the edge counted, and nothing that is not known', async () => {
    const { text } = await metrics.render();
    const lines = text.split('\n').filter((line) => line.startsWith('sluice_edge_'));
    expect(lines.sort()).toEqual([
      'sluice_edge_admitted_total{sale="phone"} 4',
      'sluice_edge_configured_rate_per_second{sale="phone"} 100',
      'sluice_edge_copies_total{sale="phone",result="hit"} 12',
      'sluice_edge_copies_total{sale="phone",result="miss"} 1',
      'sluice_edge_numbers_age_seconds{sale="phone"} 0.5',
      'sluice_edge_requests_total{sale="phone",request="join",outcome="accepted"} 1',
      'sluice_edge_requests_total{sale="phone",request="order",outcome="accepted"} 3',
      'sluice_edge_requests_total{sale="phone",request="order",outcome="sold-out"} 9',
      'sluice_edge_up 1',
    ]);
  });

  test('take the sums of the edge as they are, and forget a sale that is over', async () => {
    await metrics.render();
    const again = await metrics.render();
    expect(again.text).toContain('sluice_edge_admitted_total{sale="phone"} 4\n');
    readings = [];
    const { text } = await metrics.render();
    expect(text).not.toContain('sluice_edge_admitted_total{');
  });

  test('forget the ledger when another process has the lease', async () => {
    const terms = { units: 9, free: 4, unsettled: 0, reserved: 0, paid: 5, pendingRelease: 0 };
    const counts = { outbox: 0, pendingReleases: 0, epoch: 1 };
    const judged = { terms: { ...terms, ...counts }, atWatermark: true, settledOrders: 5 };
    metrics.lease('reconcile', 'held');
    metrics.ledger('phone', { ...judged, difference: 2 });
    metrics.lease('sweep', 'lost');
    const held = await metrics.render();
    expect(held.text).toContain('sluice_ledger_difference_units{sale="phone"} 2\n');
    expect(held.text).toContain('sluice_leases_held{role="reconcile"} 1\n');
    expect(held.text).toContain('sluice_leases_lost_total{role="reconcile"} 0\n');
    metrics.lease('reconcile', 'lost');
    const { text } = await metrics.render();
    expect(text).not.toContain('sluice_ledger_difference_units{');
    expect(text).toContain('sluice_leases_held{role="reconcile"} 0\n');
    expect(text).toContain('sluice_leases_lost_total{role="reconcile"} 1\n');
    metrics.lease('sweep', 'released');
    expect((await metrics.render()).text).toContain('sluice_leases_lost_total{role="sweep"} 1\n');
  });

  test('begin each reason for which a pass is refused at 0', async () => {
    metrics.passRefused('forged');
    const { text } = await metrics.render();
    expect(text).toContain('sluice_passes_refused_total{reason="missing"} 0\n');
    expect(text).toContain('sluice_passes_refused_total{reason="forged"} 1\n');
  });

  test('begin what may happen to an order later at 0', async () => {
    const { text } = await metrics.render();
    const shown = new Set(Array.from(text.matchAll(/^(\w+)\{.*\} 0$/gm), ([, name]) => name));
    for (const name of ['payment_steps', 'swept', 'feed_results', 'notices', 'repairs']) {
      expect(shown).toContain(`sluice_${name}_total`);
    }
    expect(text).toContain('sluice_payment_steps_total{step="unavailable"} 0\n');
    expect(text).toContain('sluice_notices_total{outcome="dead"} 0\n');
  });
});
