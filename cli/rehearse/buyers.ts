/**
 * Synthetic buyers at the edge, over a bounded number of kept connections. Each answer becomes one
 * word. What takes too long, and a connection that breaks, are answers too: nothing is thrown. As a
 * browser would, a request is sent again once when its kept connection turns out to be closed.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { orderViewSchema } from '../../contract/order.ts';
import { problemName, problemSchema } from '../../contract/problem.ts';
import { ticketOf } from '../../contract/rehearsal-ticket.ts';

/** The edge gives the origin 10 s. */
const ANSWER_WITHIN_MS = 15_000;
const BODY = '{"quantity":1}';

export interface Answer {
  /** `accepted`, the name of a refusal, `no-answer`, `timed-out` or a bare status. */
  outcome: string;
  /** Of an accepted order. */
  state?: string | undefined;
}

export interface Buyers {
  order(buyer: number): Promise<Answer>;
  /** What the edge says of the buyer's order; undefined when it says nothing now. */
  stateOf(buyer: number): Promise<string | undefined>;
  /** The status of the sale's view. */
  look(): Promise<{ status: number; state: string | undefined }>;
  close(): void;
}

interface Reply {
  status: number;
  text: string;
}

export interface BuyersOptions {
  edgeUrl: string;
  saleId: string;
  ticket: string;
  sockets: number;
}

export function createBuyers({ edgeUrl, saleId, ticket, sockets }: BuyersOptions): Buyers {
  const isSecure = edgeUrl.startsWith('https:');
  const pool = { keepAlive: true, maxSockets: sockets, scheduling: 'fifo' } as const;
  const agent = isSecure ? new HttpsAgent(pool) : new HttpAgent(pool);
  const request = isSecure ? httpsRequest : httpRequest;
  const path = `${edgeUrl}/api/sales/${saleId}`;

  function send(url: string, buyer: number, order: boolean, isSecondTry = false): Promise<Reply> {
    const headers: Record<string, string> = { authorization: ticketOf(ticket, buyer) };
    if (order) {
      headers['content-type'] = 'application/json';
      headers['content-length'] = String(BODY.length);
      headers['idempotency-key'] = `rehearsal-${buyer}`;
    }
    return new Promise((resolve, reject) => {
      const sent = request(url, { method: order ? 'POST' : 'GET', agent, headers });
      const timer = setTimeout(() => sent.destroy(new TimedOutError()), ANSWER_WITHIN_MS);
      sent.on('response', (reply) => {
        readText(reply).then(
          (text) => resolve({ status: reply.statusCode ?? 0, text }),
          (error: unknown) => reject(error),
        );
      });
      sent.on('error', (error: NodeJS.ErrnoException) => {
        const mayRepeat = sent.reusedSocket && error.code === 'ECONNRESET' && !isSecondTry;
        if (mayRepeat) resolve(send(url, buyer, order, true));
        else reject(error);
      });
      sent.on('close', () => clearTimeout(timer));
      sent.end(order ? BODY : undefined);
    });
  }

  return {
    async order(buyer) {
      try {
        return answerOf(await send(`${path}/orders`, buyer, true));
      } catch (error) {
        return { outcome: error instanceof TimedOutError ? 'timed-out' : 'no-answer' };
      }
    },
    async stateOf(buyer) {
      const reply = await send(`${path}/orders/mine`, buyer, false).catch(() => undefined);
      return reply?.status === 200 ? stateIn(reply.text) : undefined;
    },
    async look() {
      const reply = await send(path, 0, false).catch(() => ({ status: 0, text: '' }));
      const { status, text } = reply;
      return { status, state: /"state":"([a-z-]+)"/.exec(text)?.[1] };
    },
    close: () => agent.destroy(),
  };
}

class TimedOutError extends Error {}

/** Few bytes each: an order or a problem. */
function readText(reply: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    reply.setEncoding('utf8');
    reply.on('data', (chunk: string) => {
      text += chunk;
    });
    reply.on('end', () => resolve(text));
    reply.on('error', reject);
  });
}

function answerOf({ status, text }: Reply): Answer {
  if (status === 200 || status === 202) return { outcome: 'accepted', state: stateIn(text) };
  const problem = problemSchema.safeParse(parsed(text));
  return { outcome: problem.success ? problemName(problem.data.type) : `status-${status}` };
}

function stateIn(text: string): string | undefined {
  return orderViewSchema.safeParse(parsed(text)).data?.state;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
