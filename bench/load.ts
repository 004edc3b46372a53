/**
 * A load generator that costs little, since it shares two cores with what it measures: raw sockets,
 * requests built before the clock starts, answers read no further than status and length. One
 * request under way a connection, as a browser would. Bounded by the number of requests it is
 * given.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface LoadOptions {
  port: number;
  connections: number;
  /** Each is a whole HTTP/1.1 request. */
  requests: readonly Buffer[];
  /** Starts of requests per second over all connections; as fast as answered when not given. */
  perSecond?: number;
}

export interface LoadResult {
  seconds: number;
  perSecond: number;
  /** Answers by status. */
  statuses: Record<number, number>;
  /** Of the time from sending to the whole answer, in milliseconds. */
  p50Ms: number;
  p99Ms: number;
}

const HEADER_END = Buffer.from('\r\n\r\n');

/** Rejects when a connection breaks or an answer cannot be read. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const { port, connections, requests, perSecond } = options;
  const statuses: Record<number, number> = {};
  const latencies = new Float64Array(requests.length);
  const startedAt = performance.now();
  let next = 0;

  /** When request `index` may start, from the start of the run. */
  const dueMs = (index: number) => (perSecond === undefined ? 0 : (index / perSecond) * 1000);

  function drive(socket: Socket): Promise<void> {
    return new Promise((resolve, reject) => {
      let index = -1;
      let sentAt = 0;
      let pending: Buffer = Buffer.alloc(0);

      function send() {
        index = next;
        next += 1;
        const request = requests[index];
        if (request === undefined) {
          socket.end();
          return resolve();
        }
        const waitMs = dueMs(index) - (performance.now() - startedAt);
        if (waitMs > 1) setTimeout(write, waitMs, request);
        else write(request);
      }
      function write(request: Buffer) {
        // Counted from when it was due, so that a late start counts as waiting.
        sentAt = perSecond === undefined ? performance.now() : startedAt + dueMs(index);
        socket.write(request);
      }
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('the server closed a connection')));
      socket.on('data', (chunk: Buffer) => {
        pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
        const answer = readAnswer(pending);
        if (answer === undefined) return;
        pending = pending.subarray(answer.bytes);
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
        latencies[index] = performance.now() - sentAt;
        send();
      });
      send();
    });
  }

  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect({ host: '127.0.0.1', port });
      socket.setNoDelay(true);
      await once(socket, 'connect');
      return socket;
    }),
  );
  await Promise.all(sockets.map(drive));
  const seconds = (performance.now() - startedAt) / 1000;
  latencies.sort();
  return {
    seconds,
    perSecond: requests.length / seconds,
    statuses,
    p50Ms: latencies[Math.floor(requests.length * 0.5)] ?? 0,
    p99Ms: latencies[Math.floor(requests.length * 0.99)] ?? 0,
  };
}

/** Undefined while the answer is not whole. */
function readAnswer(bytes: Buffer): { status: number; bytes: number } | undefined {
  const headerEnd = bytes.indexOf(HEADER_END);
  if (headerEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headerEnd);
  const length = /content-length: (\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer without length: ${head}`);
  const total = headerEnd + HEADER_END.length + Number(length);
  return bytes.length < total ? undefined : { status: Number(head.slice(9, 12)), bytes: total };
}
