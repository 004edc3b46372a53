/**
 * problem+json: stable types, Retry-After in whole seconds that never send a client back too early.
 */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { invalidRequest } from '../../contract/invalid.ts';
import { problem, problemName, problemSchema } from '../../contract/problem.ts';

test('has a type, a title and its status, and says what it is', () => {
  const { status, headers, body } = problem(409, 'sold-out', 'Sold out');
  expect(status).toBe(409);
  expect(headers).toEqual({ 'content-type': 'application/problem+json' });
  expect(body).toEqual({ type: '/problems/sold-out', title: 'Sold out', status: 409 });
  expect(problemSchema.parse(body)).toEqual(body);
});

test.each([
  [0, '1', 0],
  [1, '1', 1],
  [999.5, '1', 1_000],
  [1_000, '1', 1_000],
  [1_000.1, '2', 1_001],
  [1_001, '2', 1_001],
  [86_400_000, '86400', 86_400_000],
])('a wait of %f ms is Retry-After %s and %i ms', (retryAfterMs, seconds, ms) => {
  const { headers, body } = problem(429, 'too-fast', 'Too fast', { retryAfterMs });
  expect(headers['retry-after']).toBe(seconds);
  expect(body.retryAfterMs).toBe(ms);
});

test('its name is what follows the prefix of its type', () => {
  expect(problemName(problem(410, 'ended', 'Over').body.type)).toBe('ended');
  expect(problemName('https://example.org/other')).toBe('https://example.org/other');
});

test('what zod says becomes one entry a field', () => {
  const schema = z.object({
    a: z.object({ b: z.int('must be whole') }),
    c: z.string('must be text'),
  });
  const parsed = schema.safeParse({ a: { b: 1.5 } });
  expect(parsed.error && invalidRequest('body', parsed.error)).toEqual({
    kind: 'invalid-request',
    errors: [
      { field: 'body.a.b', message: 'must be whole' },
      { field: 'body.c', message: 'must be text' },
    ],
  });
});
