/**
 * Upstash's REST API in front of a real Redis: `/`, `/pipeline` and `/multi-exec`, its errors, its
 * limits; and, on order, what a network and a busy vendor do to a request. It counts what Redis
 * executed, so that a test can say how often that was.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis, type RedisOptions } from 'ioredis';
import { pause } from '../../origin/timer.ts';
import { createExecution, type Executed, type Execution } from './upstash-execution.ts';
import { askedBy, errors } from './upstash-wire.ts';

/** Of the free plan and of most others. */
const MAX_REQUEST_BYTES = 10 * 1024 * 1024;

/**
 * What happens to one request. The first three come after Redis executed it (and wait for a request
 * that it did execute: a script it does not know is none), the others instead.
 */
export type Fault =
  /** The connection breaks before a byte of the answer. */
  | { kind: 'lose-answer' }
  | { kind: 'delay'; delayMs: number }
  /** The answer breaks off in the middle, after a while. */
  | { kind: 'cut-body'; delayMs: number }
  | { kind: 'lose-request' }
  /** 429 with the vendor's words. */
  | { kind: 'too-many' }
  /** Of a proxy that stands before the database. */
  | { kind: 'page'; status: 500 | 502 };

export interface UpstashGateway {
  url: string;
  token: string;
  faults: {
    /** Happens to the next `times` requests, after what was ordered before. */
    order(fault: Fault, times?: number): void;
    /** Happens to the next request whose body matches; others do not wait for it. */
    orderFor(about: RegExp, fault: Fault): void;
    /** How many that were ordered are still to happen. */
    left(): number;
    /** Time on the way, there and back together, of every request from now on. */
    roundTrip(roundTripMs: number): void;
  };
  counts: {
    /** Requests that arrived, whatever became of them. */
    requests: number;
    mostAtOnce: number;
    /** Commands that Redis executed, by name; EVALSHA and EVAL are both `EVAL`. */
    executed: Map<string, number>;
    largestRequestBytes: number;
    largestAnswerBytes: number;
    /** Requests with a sync token that an earlier answer gave. */
    synced: number;
    headers: Set<string>;
  };
  close(): Promise<void>;
}

export interface UpstashGatewayOptions {
  redis: Pick<RedisOptions, 'host' | 'port' | 'username' | 'password'>;
  token: string;
  maxRequestBytes?: number;
  /** 0 for any that is free. */
  port?: number;
}

export async function startUpstashGateway(options: UpstashGatewayOptions): Promise<UpstashGateway> {
  const { token, maxRequestBytes = MAX_REQUEST_BYTES } = options;
  const limits = { token, maxRequestBytes };
  const redis = new Redis({ ...options.redis, protocol: 2, maxRetriesPerRequest: 1 });
  redis.on('error', () => undefined);
  const ordered: Order[] = [];
  const counts = noCounts();
  const execute = createExecution(redis, counts.executed);
  let roundTripMs = 0;
  let atOnce = 0;

  const server = createServer((request, response) => {
    atOnce += 1;
    counts.mostAtOnce = Math.max(counts.mostAtOnce, atOnce);
    response.once('close', () => {
      atOnce -= 1;
    });
    serve(request, response).catch(() => response.destroy());
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    counts.requests += 1;
    const body = await textOf(request);
    for (const name of Object.keys(request.headers)) counts.headers.add(name);
    counts.largestRequestBytes = Math.max(counts.largestRequestBytes, Buffer.byteLength(body));
    if (roundTripMs > 0) await pause(roundTripMs / 2);
    const before = takeFault(ordered, body, INSTEAD);
    if (before?.kind === 'lose-request') return void response.destroy();
    if (before?.kind === 'too-many') return answer(response, 429, { error: errors.requests });
    if (before?.kind === 'page') return answerWithPage(response, before.status);

    const { status, said, executed } = await replyTo(request, body, { ...limits, execute });
    const after = executed ? takeFault(ordered, body, AFTER) : undefined;
    if (after?.kind === 'lose-answer') return void response.destroy();
    if (after?.kind === 'delay') await pause(after.delayMs);
    if (roundTripMs > 0) await pause(roundTripMs / 2);
    const text = JSON.stringify(said);
    counts.largestAnswerBytes = Math.max(counts.largestAnswerBytes, Buffer.byteLength(text));
    if (String(request.headers['upstash-sync-token']).startsWith('sync-')) counts.synced += 1;
    response.setHeader('Upstash-Sync-Token', `sync-${counts.requests}`);
    if (after?.kind !== 'cut-body') return answer(response, status, said);
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.write(text.slice(0, text.length / 2));
    await pause(after.delayMs);
    response.destroy();
  }

  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    faults: {
      order: (fault, times = 1) =>
        ordered.push(...Array.from({ length: times }, () => ({ about: ANY, fault }))),
      orderFor: (about, fault) => ordered.push({ about, fault }),
      left: () => ordered.length,
      roundTrip(milliseconds) {
        roundTripMs = milliseconds;
      },
    },
    counts,
    async close() {
      server.close();
      server.closeAllConnections();
      redis.disconnect();
    },
  };
}

function noCounts(): UpstashGateway['counts'] {
  return {
    ...{ requests: 0, mostAtOnce: 0, executed: new Map(), synced: 0, headers: new Set() },
    ...{ largestRequestBytes: 0, largestAnswerBytes: 0 },
  };
}

const AFTER: readonly Fault['kind'][] = ['lose-answer', 'delay', 'cut-body'];
const INSTEAD: readonly Fault['kind'][] = ['lose-request', 'too-many', 'page'];

interface Order {
  about: RegExp;
  fault: Fault;
}

const ANY = /(?:)/;

/** The next fault for such a request, when it is one of these. */
function takeFault(
  ordered: Order[],
  body: string,
  kinds: readonly Fault['kind'][],
): Fault | undefined {
  const index = ordered.findIndex(({ about }) => about.test(body));
  const next = ordered[index];
  if (next === undefined || !kinds.includes(next.fault.kind)) return undefined;
  ordered.splice(index, 1);
  return next.fault;
}

/** What Redis said, or why it was not asked. */
async function replyTo(
  request: IncomingMessage,
  body: string,
  how: { token: string; maxRequestBytes: number; execute: Execution },
): Promise<Executed> {
  const url = new URL(request.url ?? '/', 'http://gateway');
  const refused = (status: number, error: string): Executed => ({
    ...{ status, said: { error }, executed: false },
  });
  if (!['GET', 'HEAD', 'POST', 'PUT'].includes(request.method ?? '')) {
    return refused(405, errors.method);
  }
  if (tokenOf(request, url) !== how.token) return refused(401, errors.token);
  const bytes = Buffer.byteLength(body);
  if (bytes > how.maxRequestBytes) return refused(400, errors.size(how.maxRequestBytes, bytes));
  const asked = askedBy(url, body);
  if (asked === undefined) return refused(400, errors.syntax);
  return how.execute(asked, request.headers['upstash-encoding'] === 'base64');
}

function tokenOf(request: IncomingMessage, url: URL): string | null {
  const { authorization } = request.headers;
  if (authorization === undefined) return url.searchParams.get('_token');
  return /^Bearer (\S+)$/i.exec(authorization)?.[1] ?? null;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

function answerWithPage(response: ServerResponse, status: number): void {
  const title = status === 502 ? '502 Bad Gateway' : '500 Internal Server Error';
  response.writeHead(status, { 'Content-Type': 'text/html' });
  response.end(`<html>\n<head><title>${title}</title></head>\n<body>${title}</body>\n</html>\n`);
}
