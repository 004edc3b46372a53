/**
 * A shop that takes notices over real HTTP, verifies each with the public library as any shop
 * would, and answers what the test says.
 */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

export interface Received {
  /** The `webhook-id`. */
  id: string;
  type: string;
  orderId: string;
  saleId: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  /** Sent slowly, or never, when given. */
  body?: string;
}

export interface Receiver {
  url: string;
  secret: string;
  /** All whose signature was right, in the order of their arrival. */
  received: Received[];
  /** How many at once at most. */
  mostAtOnce(): number;
  /** What to answer; the connection is broken when it throws. 204 unless set. */
  answers(how: (notice: Received) => Answer | Promise<Answer>): void;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
  const webhook = new Webhook(secret);
  const received: Received[] = [];
  let how: (notice: Received) => Answer | Promise<Answer> = () => ({ status: 204 });
  let [now, most] = [0, 0];

  const server = createServer(async (request, response) => {
    now += 1;
    most = Math.max(most, now);
    response.on('close', () => {
      now -= 1;
    });
    try {
      const body = await text(request);
      const headers = request.headers as Record<string, string>;
      const { type, data } = webhook.verify(body, headers) as { type: string; data: Received };
      const { orderId, saleId } = data;
      const notice = { id: headers['webhook-id'] ?? '', type, orderId, saleId, headers, body };
      received.push(notice);
      const answer = await how(notice);
      response.writeHead(answer.status, answer.headers).end(answer.body);
    } catch {
      response.destroy();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/sluice`,
    secret,
    received,
    mostAtOnce: () => most,
    answers(given) {
      how = given;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
