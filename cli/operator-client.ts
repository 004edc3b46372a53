/**
 * The operator API from outside: adds the token, turns a problem into one line that says what would
 * be right, and parses every answer with the contract's schema, so that a CLI and an origin that do
 * not fit say so. Whatever comes of it can be printed as it is.
 */
import { z } from 'zod';
import { problemName, problemSchema } from '../contract/problem.ts';
import { knownNames } from './known-names.ts';
import { parsePrintable } from './printable.ts';

/** The origin answers in milliseconds; half a minute means that it is not there. */
const PATIENCE_MS = 30_000;
/** Of sales, only the names are wanted here. */
const SALES = z.object({ sales: z.array(z.object({ saleId: z.string() })) });

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

export interface OperatorClientOptions {
  /** Where the token is from, for whoever has to correct it. */
  tokenFrom?: string;
  patienceMs?: number;
}

/** `originUrl` without a slash at its end. */
export function createOperatorClient(
  originUrl: string,
  token: string,
  { tokenFrom = 'OPERATOR_TOKEN', patienceMs = PATIENCE_MS }: OperatorClientOptions = {},
): OperatorClient {
  // A password in an address is for nobody to read.
  const shownUrl = originUrl.replace(/\/\/[^/@]*@/, '//');

  const request = (path: string, init: RequestInit) =>
    fetch(`${originUrl}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(patienceMs),
    });

  async function send(path: string, init: RequestInit): Promise<{ status: number; told: unknown }> {
    const sent = request(path, init).catch((error: unknown) => {
      // Every call may be repeated: nothing is made, added or given back twice.
      if (wasClosed(error)) return request(path, init);
      throw error;
    });
    const response = await sent.catch((cause: unknown) => {
      const right = 'start it, or set ORIGIN_URL to where it is';
      throw new OperatorError(`no origin answers at ${shownUrl}; ${right}`, undefined, cause);
    });
    const told = parsePrintable(await response.text().catch(() => ''));
    return { status: response.status, told };
  }

  async function call<Value>(schema: z.ZodType<Value>, path: string, init: RequestInit) {
    const { status, told } = await send(path, init);
    if (status < 200 || status > 299) {
      const right = await rightOf(status, path, told).catch(() => undefined);
      const said = [explain(status, told, shownUrl), right].filter((part) => part !== undefined);
      throw new OperatorError(said.join('; '), status);
    }
    const parsed = schema.safeParse(told);
    if (parsed.success) return parsed.data;
    throw new OperatorError(
      `${shownUrl} answered something else than this version expects; compare: sluice doctor`,
    );
  }

  /** What would be right, where that can be known. */
  async function rightOf(status: number, path: string, told: unknown): Promise<string | undefined> {
    const problem = problemSchema.safeParse(told);
    const name = problem.success ? problemName(problem.data.type) : undefined;
    if (status === 401) return `${shownUrl} refuses ${tokenFrom}`;
    if (name === 'needs-operator') return `put a token of that role into OPERATOR_TOKEN`;
    if (name !== 'unknown-sale') return undefined;
    const wrong = decodeURIComponent(/^\/operator\/sales\/([^/?]+)/.exec(path)?.[1] ?? '');
    const sales = SALES.parse((await send('/operator/sales', { method: 'GET' })).told).sales;
    const ids = sales.map(({ saleId }) => saleId);
    return knownNames({ wrong, known: ids, none: 'there are no sales yet: sluice sale create' });
  }

  return {
    get: (path, schema) => call(schema, path, { method: 'GET' }),
    post: (path, schema, body) =>
      call(schema, path, { method: 'POST', body: JSON.stringify(body ?? {}) }),
  };
}

/** A kept connection that the other side ended at this very moment, since it was idle. */
function wasClosed(error: unknown): boolean {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  const code: unknown = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET';
}

function explain(status: number, answer: unknown, shownUrl: string): string {
  const problem = problemSchema.safeParse(answer);
  if (!problem.success) {
    return `${shownUrl} answered ${status}, and not as an origin does; is ORIGIN_URL right?`;
  }
  const { title, detail, errors = [] } = problem.data;
  const fields = errors.map(({ field, message }) => `${field} ${message}`);
  return [title, detail, ...fields].filter((part) => part !== undefined).join('; ');
}
