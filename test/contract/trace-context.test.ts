/** Contexts and names of traces: what is read of a header, and names that the conventions know. */
import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import { expect, test } from 'vitest';
import {
  newSpanId,
  newTraceId,
  parseTraceparent,
  toTraceparent,
} from '../../contract/trace-context.ts';
import { parseOtlpHeaders, TRACE_NAMES } from '../../contract/trace-names.ts';

const CONTEXT = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const HEADER = `00-${CONTEXT.traceId}-${CONTEXT.spanId}`;

test('a context is what its header says, and only one that is sampled', () => {
  expect(toTraceparent(CONTEXT)).toBe(`${HEADER}-01`);
  expect(parseTraceparent(`${HEADER}-01`)).toEqual(CONTEXT);
  // Other flags are somebody else's business.
  expect(parseTraceparent(`${HEADER}-03`)).toEqual(CONTEXT);
  const bytes = (count: number) => new Uint8Array(count).fill(0x0a);
  expect(newTraceId(bytes)).toBe('0a'.repeat(16));
  expect(newSpanId(bytes)).toBe('0a'.repeat(8));
});

test.each([
  undefined,
  null,
  '',
  `${HEADER}-00`,
  `${HEADER}-1`,
  `${HEADER}-01 `,
  `${HEADER}-01-x`,
  `01-${CONTEXT.traceId}-${CONTEXT.spanId}-01`,
  `00-${'0'.repeat(32)}-${CONTEXT.spanId}-01`,
  `00-${CONTEXT.traceId}-${'0'.repeat(16)}-01`,
  `00-${CONTEXT.traceId.toUpperCase()}-${CONTEXT.spanId}-01`,
])('%s is none', (text) => {
  expect(parseTraceparent(text)).toBeUndefined();
});

test('every name is one of the semantic conventions, or the project’s own', () => {
  const known = new Set<unknown>(Object.values(conventions));
  const strange = Object.values(TRACE_NAMES).filter((name) => !known.has(name));
  expect(strange.filter((name) => !name.startsWith('sluice.'))).toEqual([]);
  expect(strange.length).toBeLessThan(Object.values(TRACE_NAMES).length);
});

test('headers for the collector are percent-encoded, and no message repeats one', () => {
  expect(parseOtlpHeaders('Authorization=Bearer%20abc, x-tenant=a=b')).toEqual({
    authorization: 'Bearer abc',
    'x-tenant': 'a=b',
  });
  for (const wrong of ['secret', '=secret', 'a=', 'a=secret b', 'a=%secret', 'a b=secret']) {
    expect(() => parseOtlpHeaders(wrong)).toThrow(RangeError);
    expect(() => parseOtlpHeaders(wrong)).not.toThrow('secret');
  }
});
