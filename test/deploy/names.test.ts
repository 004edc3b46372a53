/**
 * Whoever asks for a metric by its name asks for one that there is: dashboards, alerts, what scales
 * by the lag, and the pages that tell an operator where to look. A name that nobody shows is no
 * error to Prometheus, only a panel that stays empty and an alarm that never comes.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { dashboards, documentedMetrics, type Panel, queries } from './panels.ts';
import { PROJECT } from './tools.ts';

const RULES = 'deploy/prometheus/rules';
const read = (path: string) => readFileSync(join(PROJECT, path), 'utf8');

interface Rule {
  alert?: string;
  record?: string;
  expr: string;
}

const rules = readdirSync(join(PROJECT, RULES)).flatMap((name): Rule[] => {
  const { groups } = parse(read(`${RULES}/${name}`)) as { groups: { rules: Rule[] }[] };
  return groups.flatMap((group) => group.rules);
});
const known = new Set([
  ...documentedMetrics(),
  ...rules.flatMap(({ record }) => (record === undefined ? [] : record)),
]);

/** Also those that rules record, `sale_result:sluice_edge_copies:rate1m`. */
function unknownIn(expression: string): string[] {
  const names = Array.from(expression.matchAll(/(?<![\w:-])(?:\w+:)?sluice_[\w:]+/g), ([name]) =>
    name.replace(/:$/, ''),
  );
  return names.filter(
    (name) => !known.has(name) && !known.has(name.replace(/_(?:bucket|sum|count)$/, '')),
  );
}

test('each query of a panel asks for metrics that there are', () => {
  expect(queries.length).toBeGreaterThan(60);
  for (const { panel, expression } of queries) {
    expect(expression, panel).toMatch(/\b(sluice_|up\b)/);
    expect(unknownIn(expression), panel).toEqual([]);
  }
});

test('each rule asks for metrics that there are', () => {
  expect(rules.length).toBeGreaterThan(10);
  for (const { alert, record, expr } of rules) {
    expect(unknownIn(expr), alert ?? record).toEqual([]);
  }
  expect(unknownIn('max(sluice_log_lag) > 1')).toEqual(['sluice_log_lag']);
});

test('queries and rules pick labels by values that docs/metrics.md names', () => {
  const words = new Set(read('docs/metrics.md').match(/[a-z]+(?:-[a-z]+)*/g));
  const expressions = [...queries.map(({ expression }) => expression), ...rules.map((r) => r.expr)];
  const picked = Array.from(expressions.join('\n').matchAll(/\b[a-z]+="([^"$]+)"/g), ([, v]) => v);
  expect(new Set(picked)).toContain('too-fast');
  expect(picked.filter((value = '') => !words.has(value))).toEqual([]);
});

test('what scales by the lag asks for the lag that there is', () => {
  const { triggers } = parse(read('deploy/k8s/keda/settle-scaling.yaml')).spec;
  for (const { type, metadata } of triggers) {
    expect(type).toBe('prometheus');
    expect(metadata.query).toContain('sluice_log_lag_seconds');
    expect(unknownIn(metadata.query)).toEqual([]);
  }
});

test.each(['docs/runbook.md', 'docs/operations.md', 'docs/sizing.md', 'docs/metrics.md'])(
  '%s names metrics that there are',
  (path) => {
    expect(unknownIn(read(path).replaceAll(/sluice_restored/g, ''))).toEqual([]);
  },
);

test('each dashboard has an id of its own, and the variables that its queries need', () => {
  expect(dashboards.map(({ uid }) => uid).sort()).toEqual([
    'sluice-backends',
    'sluice-edge',
    'sluice-pipeline',
    'sluice-sale',
  ]);
  for (const { uid, templating, panels } of dashboards) {
    const given = templating.list.map(({ name }) => name);
    const text = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join('\n');
    const used = Array.from(text.matchAll(/\$(\w+)/g), ([, name]) => name);
    const needed = new Set(used.filter((name) => name !== '__rate_interval'));
    expect(given.filter((name) => name !== 'datasource').sort(), uid).toEqual([...needed].sort());
  }
});

test.each(dashboards)('$uid says what each line is, in which unit, and hides none', (dashboard) => {
  const { panels } = dashboard;
  const places = new Set(panels.flatMap((panel) => placesOf(panel)));
  const area = panels.reduce((sum, { gridPos: { w, h } }) => sum + w * h, 0);
  expect(places.size).toBe(area);
  for (const { type, title, targets, fieldConfig, gridPos } of panels) {
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
    expect(fieldConfig.defaults.unit, title).toMatch(/^(short|reqps|ops|s|bytes|percentunit)$/);
    expect(new Set(targets.map(({ refId }) => refId)).size, title).toBe(targets.length);
    for (const { expr, legendFormat } of targets) {
      // It would be a second line, without a name, that always has data.
      expect(expr, title).not.toMatch(/ or vector\(0\)$/);
      if (type === 'timeseries') expect(legendFormat, title).toMatch(/\S/);
      const labels = Array.from(
        (legendFormat ?? '').matchAll(/\{\{(\w+)\}\}/g),
        ([, name]) => name,
      );
      const grouped = /^(?:sum|max|min) by \(([^)]*)\)/.exec(expr)?.[1]?.split(', ');
      if (grouped !== undefined) expect(grouped, title).toEqual(expect.arrayContaining(labels));
    }
  }
});

function placesOf({ gridPos: { x, y, w, h } }: Panel): string[] {
  return Array.from(
    { length: w * h },
    (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`,
  );
}
