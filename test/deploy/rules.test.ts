/**
 * Prometheus' rules and Alertmanager's routes are what those programs take; each alert is tried
 * where it fires and where it does not, and leads to its place in the runbook.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { missingTools, PROJECT, runTool } from './tools.ts';

const FOLDER = join(PROJECT, 'deploy/prometheus');
const missing = missingTools('promtool', 'amtool');

const alertSchema = z.object({
  alert: z.string(),
  expr: z.string(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
  annotations: z.strictObject({
    summary: z.string().min(10),
    description: z.string().min(40),
    runbook_url: z.string(),
  }),
});
const rulesSchema = z.object({
  groups: z.array(z.object({ rules: z.array(z.looseObject({ alert: z.string().optional() })) })),
});
const trialsSchema = z.object({
  tests: z.array(
    z.object({
      alert_rule_test: z.array(
        z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) }),
      ),
    }),
  ),
});

const filesOf = (folder: string) =>
  readdirSync(join(FOLDER, folder)).map((name) => join('deploy/prometheus', folder, name));
const yamlOf = (path: string): unknown => parse(readFileSync(join(PROJECT, path), 'utf8'));

const alerts = filesOf('rules')
  .flatMap((path) => rulesSchema.parse(yamlOf(path)).groups.flatMap(({ rules }) => rules))
  .filter(({ alert }) => alert !== undefined)
  .map((rule) => alertSchema.parse(rule));
const trials = filesOf('tests')
  .flatMap((path) => trialsSchema.parse(yamlOf(path)).tests)
  .flatMap((trial) => trial.alert_rule_test);

describe.skipIf(missing !== undefined)('the programs take', () => {
  test("Prometheus' configuration with its rules", () => {
    const said = runTool('promtool', ['check', 'config', 'deploy/prometheus/prometheus.yml']);
    expect(said).toContain('2 rule files found');
  });

  test('each rule, which does what its trials say', () => {
    runTool('promtool', ['check', 'rules', ...filesOf('rules')]);
    runTool('promtool', ['test', 'rules', ...filesOf('tests')]);
  });

  test("Alertmanager's routes", () => {
    runTool('amtool', ['check-config', 'deploy/alertmanager/alertmanager.yml']);
    const receiverOf = (severity: string) => {
      const file = '--config.file=deploy/alertmanager/alertmanager.yml';
      return runTool('amtool', ['config', 'routes', 'test', file, `severity=${severity}`]).trim();
    };
    expect(receiverOf('critical')).toBe('everywhere');
    expect(receiverOf('warning')).toBe('chat');
  });
});

test('the rules are those that were asked for', () => {
  expect(alerts.map(({ alert }) => alert).sort()).toEqual([
    'SluiceCpuBusy',
    'SluiceDeadLetters',
    'SluiceEdgeBypassTried',
    'SluiceEdgeSilent',
    'SluiceLeaseLost',
    'SluiceLedgerOff',
    'SluiceLogLag',
    'SluiceRecoveryUnderWay',
    'SluiceRefusedByRate',
    'SluiceStockCacheMisses',
    'SluiceTargetDown',
  ]);
});

describe.each(alerts)('$alert', ({ alert, annotations }) => {
  test('is tried where it fires and where it does not', () => {
    const ofIt = trials.filter(({ alertname }) => alertname === alert);
    expect(ofIt.some(({ exp_alerts: expected }) => expected.length > 0)).toBe(true);
    expect(ofIt.some(({ exp_alerts: expected }) => expected.length === 0)).toBe(true);
  });

  test('has its heading in the runbook', () => {
    expect(annotations.runbook_url).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
    const runbook = readFileSync(join(PROJECT, 'docs/runbook.md'), 'utf8');
    expect(runbook).toMatch(new RegExp(`^#+ ${alert}$`, 'm'));
  });
});
