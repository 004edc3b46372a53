/**
 * Stands where the edge stands, for a fuzzer: signs whatever comes with a pass, for one of a few
 * buyers, and passes it on as the edge does. Half of what names a sale or an order is turned to one
 * that is there, since a made-up id would never get past the look-up.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { createPassKeeper, PASS_HEADER, parsePassKeys } from '../../contract/pass.ts';
import { nodeHashing } from '../../origin/hashing.ts';

const BUYERS = ['fuzz-1', 'fuzz-2', 'fuzz-3'];
/** What the edge asks for nobody's account, or for a payment provider. */
const WITHOUT_BUYER = /^\/api\/(sales\/[^/]*\/leaderboard(\?|$)|payments\/)/;

export interface SigningProxyOptions {
  originUrl: string;
  passKeys: string;
  saleIds: readonly string[];
  /** What may be paused and ended. */
  spareSaleId: string;
  orderIds: readonly string[];
}

export interface SigningProxy {
  url: string;
  /** Answers by status and problem, such as `404 /problems/unknown-sale`. */
  counts: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

export async function startSigningProxy(options: SigningProxyOptions): Promise<SigningProxy> {
  const passes = createPassKeeper(nodeHashing, parsePassKeys(options.passKeys));
  const counts = new Map<string, number>();
  let requests = 0;

  async function forward(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    requests += 1;
    const body = await buffer(asked);
    const method = asked.method ?? 'GET';
    const path = turnToKnown(asked.url ?? '/', options, requests);
    const idempotencyKey = asked.headers['idempotency-key']?.toString() ?? '';
    const buyerId = WITHOUT_BUYER.test(path) ? '' : (BUYERS[requests % BUYERS.length] ?? '');
    const claims = { timeMs: Date.now(), method, path, body, buyerId, idempotencyKey };
    const { host: _host, 'transfer-encoding': _encoding, ...headers } = asked.headers;
    const passed = request(`${options.originUrl}`, {
      method,
      path,
      headers: {
        ...headers,
        // A buyer's token ends at the edge; the operator's is for the origin.
        ...(path.startsWith('/api/') ? { [PASS_HEADER]: passes.sign(claims) } : {}),
        'content-length': String(body.length),
      },
    });
    passed.end(body);
    const [told] = (await once(passed, 'response')) as [IncomingMessage];
    const text = await buffer(told);
    count(counts, told.statusCode ?? 0, text);
    answer.writeHead(told.statusCode ?? 502, told.headers);
    answer.end(text);
  }

  const server = createServer((asked, answer) => {
    forward(asked, answer).catch((error: unknown) => {
      // Not an answer of the origin: no client would take it for one.
      answer.writeHead(599, { 'content-type': 'text/plain' });
      answer.end(`the origin did not answer: ${error}`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An id that no sale or order could have stays, to be refused. */
function turnToKnown(path: string, known: SigningProxyOptions, requests: number): string {
  // What it learns of the sales it would end, and then there is nothing left to buy.
  const ending = /^\/operator\/sales\/([a-z0-9][a-z0-9-]{0,31})\/(close|pause)$/.exec(path);
  if (known.saleIds.some((saleId) => saleId === ending?.[1])) {
    return `/operator/sales/${known.spareSaleId}/${ending?.[2]}`;
  }
  if (requests % 2 === 0) return path;
  const one = (ids: readonly string[]) => ids[(requests >> 1) % ids.length] ?? '';
  return path
    .replace(
      /^(\/(?:api|operator)\/sales\/)[a-z0-9][a-z0-9-]{0,31}(?=[/?]|$)/,
      (_whole, start) => start + one(known.saleIds),
    )
    .replace(
      /^(\/(?:api|operator)\/orders\/)[A-Za-z0-9_-]{22}(?=[/?]|$)/,
      (_whole, start) => start + one(known.orderIds),
    );
}

function count(counts: Map<string, number>, status: number, text: Buffer): void {
  const [, type = ''] = /^\{"type":"([^"]*)"/.exec(text.toString('utf8')) ?? [];
  const name = `${status} ${type}`.trim();
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
