/**
 * The network between the edges and the origin: everything that an edge sends passes here, is kept
 * and counted, and goes through, is cut, hangs, or is done without anybody hearing of it. It speaks
 * HTTP, since what is counted are requests; headers are kept as they came.
 */
import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  type ServerResponse,
  request as sendRequest,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request of an edge, as it was on the wire. */
export interface Crossing {
  atMs: number;
  method: string;
  target: string;
  /** Lower-case names; a header that came twice is joined by a comma. */
  headers: Record<string, string>;
  body: Buffer;
}

/**
 * `through`; `cut`: closed as soon as it is asked; `hang`: nothing is ever answered and nothing
 * goes on; `lose-answers`: the origin does all of it, and nobody hears of it.
 */
export type Weather = 'through' | 'cut' | 'hang' | 'lose-answers';

/** Lets it differ from one request to the next. */
export type WeatherOf = (crossing: Crossing) => Weather;

export interface Border {
  url: string;
  crossings: Crossing[];
  /** What crossed for buyers, without the edge's own questions. */
  orders(): Crossing[];
  become(weather: Weather | WeatherOf): void;
  /** Each answer comes so much later. */
  delay(milliseconds: number): void;
  close(): Promise<void>;
}

export async function openBorder(originUrl: string): Promise<Border> {
  const crossings: Crossing[] = [];
  const agent = new Agent({ keepAlive: true });
  let weatherOf: WeatherOf = () => 'through';
  let delayMs = 0;

  const server = createServer(async (request, response) => {
    const crossing = await readCrossing(request).catch(() => undefined);
    if (crossing === undefined) return void request.socket.destroy();
    crossings.push(crossing);
    const weather = weatherOf(crossing);
    if (weather === 'cut') return void request.socket.destroy();
    if (weather === 'hang') return;
    const lateMs = delayMs;
    const answer = await askOrigin(agent, originUrl, crossing);
    if (weather === 'lose-answers') return;
    setTimeout(() => pass(answer, response), lateMs);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    crossings,
    orders: () =>
      crossings.filter(({ method, target }) => method === 'POST' && target.endsWith('/orders')),
    become(next) {
      weatherOf = typeof next === 'function' ? next : () => next;
      // A network that breaks takes what is under way with it.
      if (next === 'cut') server.closeAllConnections();
    },
    delay(milliseconds) {
      delayMs = milliseconds;
    },
    async close() {
      agent.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function readCrossing(request: IncomingMessage): Promise<Crossing> {
  const atMs = Date.now();
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  const headers: Record<string, string> = {};
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = (request.rawHeaders[index] ?? '').toLowerCase();
    const value = request.rawHeaders[index + 1] ?? '';
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  const { method = '', url: target = '' } = request;
  return { atMs, method, target, headers, body: Buffer.concat(pieces) };
}

interface Answer {
  status: number;
  headers: string[];
  body: Buffer;
}

/** Undefined when the origin is gone. */
function askOrigin(agent: Agent, url: string, crossing: Crossing): Promise<Answer | undefined> {
  const { method, target, headers, body } = crossing;
  const path = { method, path: target };
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const asked = sendRequest({ agent, hostname, port, headers, ...path }, async (answer) => {
      const pieces: Buffer[] = [];
      for await (const piece of answer) pieces.push(piece);
      const { statusCode: status = 0, rawHeaders } = answer;
      resolve({ status, headers: rawHeaders, body: Buffer.concat(pieces) });
    });
    asked.on('error', () => resolve(undefined));
    asked.end(body);
  });
}

function pass(answer: Answer | undefined, response: ServerResponse): void {
  if (answer === undefined) return void response.destroy();
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body);
}
