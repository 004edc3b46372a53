/**
 * problem+json (RFC 9457): `type` is stable and what programs compare; `title` is for people. Every
 * refusal that may pass by itself carries Retry-After (RFC 9110, section 10.2.3) in whole seconds,
 * rounded up, and `retryAfterMs` for clients that can wait more exactly.
 */
import { z } from 'zod';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';
const TYPE_PREFIX = '/problems/';

export const problemSchema = z
  .object({
    type: z.string().meta({ example: '/problems/sold-out' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    retryAfterMs: z.int().optional(),
    opensAt: z.string().optional(),
    now: z.string().optional(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problemSchema>;

type Extras = {
  [Name in Exclude<keyof Problem, 'type' | 'title' | 'status'>]?: NonNullable<Problem[Name]>;
};

export function problem(status: number, name: string, title: string, extras: Extras = {}) {
  const body: Problem = { type: `${TYPE_PREFIX}${name}`, title, status, ...extras };
  const headers: Record<string, string> = { 'content-type': PROBLEM_CONTENT_TYPE };
  if (extras.retryAfterMs !== undefined) {
    body.retryAfterMs = Math.ceil(extras.retryAfterMs);
    headers['retry-after'] = String(Math.max(1, Math.ceil(extras.retryAfterMs / 1000)));
  }
  return { status, headers, body };
}

/** `sold-out` of `/problems/sold-out`. */
export function problemName(type: string): string {
  return type.startsWith(TYPE_PREFIX) ? type.slice(TYPE_PREFIX.length) : type;
}
