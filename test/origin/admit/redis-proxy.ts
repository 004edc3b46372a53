/** Servers between a test and the real Redis that do what networks do: cut, refuse, say nothing. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { addresses } from '../../stack/addresses.ts';

/** How Redis says that it does not know a script: the command is then sent again with its text. */
const NOT_EXECUTED = Buffer.from('-NOSCRIPT');

export interface RedisProxy {
  url: string;
  /** The reply of the next command that Redis executes is lost with the connection. */
  cutNextReply(): void;
  cuts(): number;
  /** Closes all connections and takes no new ones. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  close(): Promise<void>;
}

export async function startRedisProxy(): Promise<RedisProxy> {
  const sockets = new Set<Socket>();
  let cutsWanted = 0;
  let cuts = 0;
  const server = createServer((client) => {
    const redis = connect(addresses.redis);
    for (const socket of [client, redis]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        redis.destroy();
      });
    }
    client.pipe(redis);
    redis.on('data', (reply) => {
      const executed = !reply.subarray(0, NOT_EXECUTED.length).equals(NOT_EXECUTED);
      if (cuts === cutsWanted || !executed) return client.write(reply);
      cuts += 1;
      return client.destroy();
    });
  });
  const port = await listen(server, 0);

  async function refuse() {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  return {
    url: `redis://127.0.0.1:${port}`,
    cutNextReply() {
      cutsWanted += 1;
    },
    cuts: () => cuts,
    refuse,
    async accept() {
      await listen(server, port);
    },
    close: refuse,
  };
}

/** Takes connections and never says a word. */
export async function startSilentServer(): Promise<{ url: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
  });
  const port = await listen(server, 0);
  return {
    url: `redis://127.0.0.1:${port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
