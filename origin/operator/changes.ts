/**
 * Writes every changing request into the book, around whatever route takes it: what is wanted
 * before the change, what was answered after it. A change that cannot be recorded is not made. When
 * the process dies in between, or the book is away afterwards, the row stays as begun.
 */
import type { Context, Next } from 'hono';
import { matchedRoutes } from 'hono/route';
import { answer } from '../http/answer.ts';
import { type BodyText, readBody } from '../http/body.ts';
import type { Logger } from '../logger.ts';
import type { OrderBook } from '../settle/book.ts';
import { refuse } from './auth-answer.ts';
import { beginChange, endChange } from './changes-book.ts';
import { describeChange } from './changes-describe.ts';

export interface ChangeLogOptions {
  book: OrderBook;
  logger: Pick<Logger, 'error'>;
}

/** The book answers again in a moment, or somebody has to look. */
const BOOK_RETRY_MS = 1_000;

export type RecordChange = (operator: string, context: Context, next: Next) => Promise<Response>;

export function createChangeLog({ book, logger }: ChangeLogOptions): RecordChange {
  return async (operator, context, next) => {
    const body = await readKept(context);
    const change = { operator, ...describe(context, body) };
    const { action, target } = change;
    let id: number;
    try {
      id = await beginChange(book, change);
    } catch (error) {
      logger.error({ error, operator, action, target }, 'a change was not recorded, nor made');
      return refuse({ kind: 'not-recorded', retryAfterMs: BOOK_RETRY_MS });
    }
    const reply = await makeChange(context, next, body);
    const { status } = reply;
    await endChange(book, { id, status }).catch((error: unknown) =>
      logger.error({ error, id, operator, action, target, status }, 'a change stays as begun'),
    );
    return reply;
  };
}

async function makeChange(context: Context, next: Next, body: BodyText): Promise<Response> {
  if (body.kind !== 'text') return answer(body);
  await next();
  return context.res;
}

function describe(context: Context, body: BodyText) {
  const { method, path } = context.req;
  const query = context.req.query();
  const text = body.kind === 'text' ? body.text : undefined;
  return describeChange({ method, route: routeOf(context), path, query, body: text });
}

/** The route that will take the request; those that end in a star are middleware. */
function routeOf(context: Context): string | undefined {
  const paths = matchedRoutes(context).map(({ path }) => path);
  return paths.findLast((path) => !path.endsWith('*'));
}

/** Reads the body so that the route can read it again. */
async function readKept(context: Context): Promise<BodyText> {
  const body = await readBody(context.req);
  if (body.kind !== 'text' || context.req.header('transfer-encoding') === undefined) return body;
  // A stream is gone once it was read: the route gets a request whose body is this text.
  const { url, method } = context.req.raw;
  const headers = new Headers(context.req.raw.headers);
  headers.delete('transfer-encoding');
  headers.set('content-length', String(Buffer.byteLength(body.text)));
  context.req.raw = new Request(url, { method, headers, body: body.text });
  return body;
}
