/**
 * The operator API from outside: adds the token, turns a problem into one line, and parses every
 * answer with the contract's schema, so that a CLI and an origin that do not fit say so. Whatever
 * comes of it can be printed as it is.
 */
import type { z } from 'zod';
import { problemSchema } from '../contract/problem.ts';
import { parsePrintable } from './printable.ts';

/** The origin answers in milliseconds; half a minute means that it is not there. */
const PATIENCE_MS = 30_000;

export class OperatorError extends Error {
  readonly code = 'operator';
  readonly status: number | undefined;
  constructor(message: string, status?: number, cause?: unknown) {
    super(message, { cause });
    this.status = status;
  }
}

export interface OperatorClient {
  get<Value>(path: string, schema: z.ZodType<Value>): Promise<Value>;
  post<Value>(path: string, schema: z.ZodType<Value>, body?: unknown): Promise<Value>;
}

/** `originUrl` without a slash at its end. */
export function createOperatorClient(originUrl: string, token: string): OperatorClient {
  // A password in an address is for nobody to read.
  const shownUrl = originUrl.replace(/\/\/[^/@]*@/, '//');

  async function call<Value>(schema: z.ZodType<Value>, path: string, init: RequestInit) {
    const response = await fetch(`${originUrl}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).catch((cause: unknown) => {
      throw new OperatorError(`no origin answers at ${shownUrl}; is it running?`, undefined, cause);
    });
    const answer = parsePrintable(await response.text().catch(() => ''));
    if (!response.ok) throw new OperatorError(explain(response.status, answer), response.status);
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw new OperatorError(`${shownUrl} answered something else than this version expects`);
  }
  return {
    get: (path, schema) => call(schema, path, { method: 'GET' }),
    post: (path, schema, body) =>
      call(schema, path, { method: 'POST', body: JSON.stringify(body ?? {}) }),
  };
}

function explain(status: number, answer: unknown): string {
  const problem = problemSchema.safeParse(answer);
  if (!problem.success) return `the origin answered ${status}`;
  const { title, detail, errors = [] } = problem.data;
  const fields = errors.map(({ field, message }) => `${field} ${message}`);
  return [title, detail, ...fields].filter((part) => part !== undefined).join('; ');
}
