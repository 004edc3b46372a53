/** What the gateway reads and writes as an HTTP server. */
import type { IncomingMessage, ServerResponse } from 'node:http';

const MOST_BYTES = 64 * 1024 * 1024;

export class HttpRefusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

interface Body {
  query?: string;
  session?: unknown;
}

export async function readJson(request: IncomingMessage, authorization: string): Promise<Body> {
  const text = await bodyOf(request);
  if (request.headers.authorization !== authorization) {
    throw new HttpRefusal(401, 'unauthenticated', 'invalid auth credentials');
  }
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
    throw new HttpRefusal(415, 'unknown', 'unsupported media type');
  }
  return JSON.parse(text);
}

export function refuse(response: ServerResponse, error: unknown): void {
  const { status, code, message } =
    error instanceof HttpRefusal ? error : new HttpRefusal(500, 'internal', String(error));
  reply(response, status, { error: { code, message } });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > MOST_BYTES) throw new HttpRefusal(429, 'resource_exhausted', 'message too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function reply(response: ServerResponse, status: number, body: object): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

export function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
