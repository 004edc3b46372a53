/**
 * Stands between the origin and one server and does what networks do: cut, refuse, be slow, lose
 * answers. It knows no protocol: whatever it lets through comes whole and in its order, as TCP has
 * it. What it holds back while it is slow is let go of in order, never dropped.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export interface TcpProxy {
  port: number;
  /** `url` with the proxy in the place of the server. */
  through(url: string): string;
  /** Cuts all connections and takes no new ones: the server, its host or the way there is gone. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  /** Cuts all connections once; new ones are taken. */
  cut(): void;
  /** Each piece of an answer comes so much later; 0 ends that. */
  delay(milliseconds: number): void;
  /** The server gets all and does all; nobody hears of it, and nobody is told that it is so. */
  swallowAnswers(on: boolean): void;
  /**
   * Resolves when a client has sent something that matches, and the server has it; `strike` is
   * called at that very moment. Once.
   */
  whenAsked(pattern: RegExp, strike: () => void): Promise<void>;
  connections(): number;
  close(): Promise<void>;
}

interface State {
  sockets: Set<Socket>;
  waiting: Set<{ pattern: RegExp; strike(): void }>;
  delayMs: number;
  swallowing: boolean;
}

export interface ProxyTarget {
  host: string;
  port: number;
}

export async function startTcpProxy(target: ProxyTarget | string): Promise<TcpProxy> {
  const server = typeof target === 'string' ? addressOf(target) : target;
  const state: State = { sockets: new Set(), waiting: new Set(), delayMs: 0, swallowing: false };
  const listener = createServer((client) => passThrough(client, connect(server), state));
  const port = await listen(listener, 0);
  let open = true;

  function cut() {
    for (const socket of state.sockets) socket.destroy();
  }

  async function refuse() {
    if (!open) return;
    open = false;
    const closed = once(listener, 'close');
    listener.close();
    cut();
    await closed;
  }

  return {
    port,
    through: (url) => url.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`),
    refuse,
    async accept() {
      if (!open) await listen(listener, port);
      open = true;
    },
    cut,
    delay(milliseconds) {
      state.delayMs = milliseconds;
    },
    swallowAnswers(on) {
      state.swallowing = on;
    },
    whenAsked(pattern, strike) {
      return new Promise((resolve) => {
        state.waiting.add({
          pattern,
          strike() {
            strike();
            resolve();
          },
        });
      });
    },
    connections: () => state.sockets.size / 2,
    close: refuse,
  };
}

function passThrough(client: Socket, server: Socket, state: State): void {
  for (const socket of [client, server]) {
    state.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      state.sockets.delete(socket);
      client.destroy();
      server.destroy();
    });
  }
  client.on('data', (piece) => {
    server.write(piece);
    for (const waiting of state.waiting) {
      if (!waiting.pattern.test(piece.toString('latin1'))) continue;
      state.waiting.delete(waiting);
      waiting.strike();
    }
  });
  const heldBack: Buffer[] = [];
  /** TCP never goes on after a gap: what has lost a piece stays silent until it is closed. */
  let hasGap = false;
  server.on('data', (piece) => {
    hasGap ||= state.swallowing;
    if (hasGap) return;
    if (state.delayMs === 0 && heldBack.length === 0) {
      client.write(piece);
      return;
    }
    heldBack.push(piece);
    // One for each piece, and each lets the oldest go: none passes another.
    setTimeout(() => client.write(heldBack.shift() ?? ''), state.delayMs);
  });
}

function addressOf(url: string): ProxyTarget {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
