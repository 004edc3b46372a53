/**
 * A TCP proxy that loses one COMMIT of a MySQL conversation: before the server sees it, or after
 * the server has done it and before its answer comes back. Either way the client only sees a
 * connection that breaks.
 */
import { connect, createServer, type Socket } from 'node:net';
import { addresses } from '../stack/addresses.ts';

/** Not the isolation level READ COMMITTED, which opens every session. */
const COMMIT = /COMMIT(?!TED)/;

export interface CuttingProxy {
  port: number;
  /** Strikes at the next COMMIT, once. */
  cutNext(where: 'before-commit' | 'after-commit'): void;
  cuts(): number;
  close(): void;
}

export async function startCuttingProxy(): Promise<CuttingProxy> {
  let armed: 'before-commit' | 'after-commit' | undefined;
  let cuts = 0;
  const sockets = new Set<Socket>();

  const server = createServer((client) => {
    const upstream = connect(addresses.mariadb);
    let losing = false;
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', cut);
      socket.on('close', cut);
    }
    client.on('data', (chunk) => {
      if (armed !== undefined && COMMIT.test(chunk.toString('latin1'))) {
        losing = true;
        cuts += 1;
        if (armed === 'before-commit') cut();
        armed = undefined;
      }
      if (!upstream.destroyed) upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (losing) cut();
      else client.write(chunk);
    });
  });

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no port was given');
  return {
    port: address.port,
    cutNext(where) {
      armed = where;
    },
    cuts: () => cuts,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
