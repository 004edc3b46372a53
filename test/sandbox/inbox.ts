/** A shop that takes events: keeps each as it came, and answers what the test says. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';

export interface ReceivedEvent {
  eventId: string;
  body: string;
  headers: Record<string, string>;
}

export interface Inbox {
  url: string;
  events: ReceivedEvent[];
  /** From now on; 200 at first. */
  answerWith(status: number): void;
  /** Resolves when at least so many have come; with what they tell. */
  expectEvents(count: number): Promise<string[]>;
  close(): Promise<void>;
}

export async function openInbox(): Promise<Inbox> {
  const events: ReceivedEvent[] = [];
  let status = 200;
  const server = createServer(async (request, response) => {
    const headers = request.headers as Record<string, string>;
    const body = await text(request);
    events.push({ eventId: String(headers['webhook-id']), body, headers });
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    events,
    answerWith(next) {
      status = next;
    },
    async expectEvents(count) {
      await expect.poll(() => events.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(count);
      return events.map(({ body }) => JSON.parse(body).type);
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
