/**
 * The tracer against a collector that refuses or hangs: what waits has a bound, what is lost is
 * counted, no call of it waits, and closing ends within its limit. And what loads OpenTelemetry.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TRACE_NAMES } from '../../contract/trace-names.ts';
import { traceVariables } from '../../edge/trace-environment.ts';
import { createOtlpTracer, QUEUE_LIMIT } from '../../origin/trace/otlp-tracer.ts';
import { errorType, type Tracer, traced } from '../../origin/trace/tracer.ts';
import { type Collector, startCollector } from './collector.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const PARENT = { traceId: 'a1'.repeat(16), spanId: 'b2'.repeat(8) };
/** Batches that may be under way while others wait. */
const UNDER_WAY = 512 * 2;

let collector: Collector;
let counts: { sent: number; dropped: number; failed: number };
let tracer: Tracer;

beforeEach(async () => {
  collector = await startCollector();
  // Its own, since what one test leaves behind fails during the next.
  const own = { sent: 0, dropped: 0, failed: 0 };
  counts = own;
  tracer = createOtlpTracer({
    endpoint: `${collector.url}/`,
    headers: {},
    serviceName: 'a-shop',
    logger: pino({ level: 'silent' }),
    observe(outcome, spans) {
      own[outcome] += spans;
    },
  });
});
afterEach(() => collector.close());

const begin = () => tracer.start('work', { kind: 'internal', parent: PARENT });

test('sends what waits when it is closed', async () => {
  begin().end({ 'sluice.outcome': 'accepted' });
  begin().end(undefined, 'fenced');
  await tracer.close();
  expect(counts).toEqual({ sent: 2, dropped: 0, failed: 0 });
  expect(collector.spans).toMatchObject([
    { service: 'a-shop', parentSpanId: PARENT.spanId, failed: false },
    { failed: true, attributes: { 'error.type': 'fenced' } },
  ]);
});

test('keeps a bounded number of spans for a collector that hangs, and closes', async () => {
  collector.behave('hang');
  const more = 1_000;
  for (let span = 0; span < QUEUE_LIMIT + UNDER_WAY + more; span += 1) begin().end();
  expect(counts.dropped).toBeGreaterThanOrEqual(more);
  await tracer.close();
  // No request has come to its own time-out yet.
  expect(counts.failed).toBe(0);
  expect(collector.spans).toEqual([]);
});

test('counts what a collector refuses, and goes on with the next', async () => {
  collector.behave(500);
  begin().end();
  await expect.poll(() => counts.failed).toBe(1);
  collector.behave('take');
  begin().end();
  await expect.poll(() => counts.sent).toBe(1);
  await tracer.close();
});

test('ends a span as its work ends, and names a failure without its text', async () => {
  const failure = Object.assign(new Error('buyer-1 has no row'), { code: 'ER_LOCK_DEADLOCK' });
  expect(await traced(begin(), Promise.resolve(7))).toBe(7);
  await expect(traced(begin(), Promise.reject(failure))).rejects.toBe(failure);
  expect(errorType(new TypeError('no'))).toBe('TypeError');
  expect(errorType('no')).toBe('unknown');
  await tracer.close();
  expect(collector.spans.map(({ attributes }) => attributes)).toEqual([
    {},
    { 'error.type': 'ER_LOCK_DEADLOCK' },
  ]);
});

test('every attribute and variable is in the documentation', () => {
  const documentation = readFileSync(join(ROOT, 'docs/traces.md'), 'utf8');
  const variables = [...Object.keys(traceVariables), 'sluice_trace_spans_total'];
  const names = [...Object.values(TRACE_NAMES), ...variables];
  expect(names.filter((name) => !documentation.includes(name))).toEqual([]);
});

test('only a tracer that is wanted loads the SDK', () => {
  const files = ['contract', 'origin', 'edge', 'cli'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  );
  const holding = (pattern: RegExp) =>
    files.filter((file) => pattern.test(readFileSync(join(ROOT, file), 'utf8')));
  expect(holding(/from '@opentelemetry\//)).toEqual(['origin/trace/otlp-tracer.ts']);
  expect(holding(/from '.*otlp-tracer\.ts'/)).toEqual([]);
  expect(holding(/await import\('\.\/otlp-tracer\.ts'\)/)).toEqual(['origin/trace/open-tracer.ts']);
});
