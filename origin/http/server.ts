/**
 * The HTTP server with its limits: what a client may send, how slowly, and how many at once. They
 * are Node's own mechanisms with numbers of ours, since its defaults wait minutes for a request and
 * for ever with connections. Bodies have limits of their own (body.ts).
 */
import { createServer, type Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';

export const SERVER_LIMITS = {
  /** The edge sends a few hundred bytes in one packet; a provider's signature is as short. */
  headersTimeoutMs: 10_000,
  /** Headers and body together: the edge gives up after 10 s, a payment provider after 30 s. */
  requestTimeoutMs: 20_000,
  /** Node looks each 30 s by itself, which would make the two above longer by that. */
  checkEveryMs: 1_000,
  /** A pass, an Idempotency-Key and what proxies add are about 1 kB. */
  headerBytes: 16 * 1024,
  headerCount: 100,
  /** The edge and a load balancer keep some hundreds; each costs 20 kB or so. More are dropped. */
  connections: 10_000,
} as const;

export type ServerLimits = { [Name in keyof typeof SERVER_LIMITS]: number };

export function createHttpServer(
  fetch: Parameters<typeof createAdaptorServer>[0]['fetch'],
  limits: ServerLimits = SERVER_LIMITS,
): Server {
  const server = createAdaptorServer({
    fetch,
    createServer,
    serverOptions: {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: limits.checkEveryMs,
      maxHeaderSize: limits.headerBytes,
    },
  }) as Server;
  server.maxHeadersCount = limits.headerCount;
  server.maxConnections = limits.connections;
  return server;
}
