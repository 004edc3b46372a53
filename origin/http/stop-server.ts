/**
 * Ends a server without losing a request that a client sends meanwhile. A connection that is kept
 * alive is the client's to use at any moment, also while the close is on its way to it; so for
 * `delayMs` everything is served as before, but each answer says that its connection ends (RFC
 * 9112, 9.6), and clients let idle ones go. A load balancer looks elsewhere by then (`/readyz`).
 * Without a delay the race is the client's: it repeats, which is safe.
 */
import type { Server } from 'node:http';
import { pause } from '../timer.ts';

const CLOSE_IDLE_EVERY_MS = 25;

/** Resolves when nothing listens any more, and every request that was under way has its answer. */
export async function stopServer(server: Server, delayMs: number): Promise<void> {
  server.prependListener('request', (_, response) => response.setHeader('connection', 'close'));
  if (delayMs > 0) await pause(delayMs);
  await new Promise<void>((resolve) => {
    // One that is kept alive would else bring new requests for as long as its client likes.
    const sweeping = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS);
    server.close(() => {
      clearInterval(sweeping);
      resolve();
    });
    server.closeIdleConnections();
  });
}
