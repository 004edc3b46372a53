/** Answers an origin's provider for the sandbox as a test wants, in this process. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SandboxSession } from '../../origin/pay/sandbox-wire.ts';

export interface ProviderStandIn {
  /** For SANDBOX_URL. */
  url: string;
  /** What it says of every payment from now on; `away`: it answers 503. */
  status: SandboxSession['status'] | 'away';
  close(): void;
}

export async function openProvider(price: { amount: number; currency: string }) {
  const server = createServer((request, response) => {
    const [, , id, verb] = (request.url ?? '').split('/');
    // The session's id is the payment's, so that nothing need be kept.
    const paymentId = id ?? String(request.headers['idempotency-key']);
    request.resume();
    if (provider.status === 'away') response.writeHead(503).end();
    else answer(response, provider.status, { paymentId, refunded: verb === 'refund' });
  });
  function answer(
    response: ServerResponse,
    status: SandboxSession['status'],
    { paymentId, refunded }: { paymentId: string; refunded: boolean },
  ): void {
    const session: SandboxSession = {
      ...{ sessionId: paymentId, paymentId, status, refunded, ...price },
      ...{ late: false, moneyUnderWay: false },
    };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(session));
  }

  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const provider: ProviderStandIn = {
    url: `http://127.0.0.1:${port}`,
    status: 'open',
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return provider;
}
