/**
 * A client that writes bytes, not requests: what no HTTP library would send. Everything that comes
 * back is kept as text.
 */
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { pause } from '../../origin/timer.ts';

export interface RawClient {
  socket: Socket;
  /** All that came so far. */
  received(): string;
  /** The status of each answer so far, in their order. */
  statuses(): number[];
  /** Resolves with all that came, once the server has closed the connection. */
  closed: Promise<string>;
  isClosed(): boolean;
}

export function openRaw(url: string): RawClient {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  onTestFinished(() => void socket.destroy());
  let text = '';
  let isClosed = false;
  socket.on('data', (piece: Buffer) => {
    text += piece.toString('latin1');
  });
  // A reset is one way to be closed.
  socket.on('error', () => {});
  const closed = new Promise<string>((resolve) => {
    socket.on('close', () => {
      isClosed = true;
      resolve(text);
    });
  });
  return {
    ...{ socket, closed, received: () => text, isClosed: () => isClosed },
    statuses: () => Array.from(text.matchAll(/HTTP\/1\.1 (\d{3}) /g), ([, code]) => Number(code)),
  };
}

/** An order's first lines, up to where its body's headers would stand. */
export function orderHead({ token, key }: { token: string; key: string }): string {
  const headers = `host: shop.test\r\nauthorization: ${token}\r\nidempotency-key: ${key}\r\n`;
  return `POST /api/sales/phone/orders HTTP/1.1\r\n${headers}`;
}

/** What came of these bytes: all answers, once the server has closed or is silent for so long. */
export async function sendRaw(url: string, bytes: string | Buffer, silentMs = 1_000) {
  const client = openRaw(url);
  client.socket.write(bytes);
  await untilSilent(client, silentMs);
  return client;
}

/** As `sendRaw`, for bytes after which the server should close by itself: sooner is better. */
export async function sendRawToTheEnd(url: string, bytes: string | Buffer): Promise<RawClient> {
  const client = openRaw(url);
  client.socket.write(bytes);
  await Promise.race([client.closed, pause(CLOSED_WITHIN_MS)]);
  return client;
}

const LOOK_EVERY_MS = 20;
/** Past the slowest first answer of a busy machine. */
const FIRST_WITHIN_MS = 10_000;
/** Far less than after what an idle connection is closed. */
const CLOSED_WITHIN_MS = 4_000;

/** Waits for a first byte or the end, and then until nothing more comes. */
export async function untilSilent(
  client: RawClient,
  silentMs: number,
  firstWithinMs = FIRST_WITHIN_MS,
): Promise<void> {
  for (let ms = 0; client.received() === '' && !client.isClosed(); ms += LOOK_EVERY_MS) {
    if (ms > firstWithinMs) return;
    await pause(LOOK_EVERY_MS);
  }
  let known = -1;
  let silentForMs = 0;
  while (!client.isClosed() && silentForMs < silentMs) {
    await pause(LOOK_EVERY_MS);
    silentForMs = client.received().length === known ? silentForMs + LOOK_EVERY_MS : 0;
    known = client.received().length;
  }
}
