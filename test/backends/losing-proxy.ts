/**
 * Stands before etcd's JSON gateway and loses an answer when it is told to: the request was done,
 * and whoever sent it never hears so.
 */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LosingProxy {
  endpoint: string;
  /** Loses the answer to one request of this path, the one after `skipped` others. */
  lose(path: string, skipped: number): void;
  /** How many it lost. */
  lost: number;
  close(): Promise<void>;
}

export async function createLosingProxy(target: string): Promise<LosingProxy> {
  let wanted: { path: string; skipped: number } | undefined;
  const server = createServer((asked, answer) => {
    const isWanted = asked.url === `/v3/${wanted?.path}`;
    const isLost = isWanted && wanted?.skipped === 0;
    if (isLost) wanted = undefined;
    else if (isWanted && wanted !== undefined) wanted.skipped -= 1;
    const { method = 'POST', url: path = '/', headers } = asked;
    const [host, port] = target.split(':');
    const sent = request({ host, port, method, path, headers }, (replied) => {
      if (!isLost) {
        answer.writeHead(replied.statusCode ?? 0, replied.headers);
        answer.flushHeaders();
        replied.pipe(answer);
        return;
      }
      replied.resume().on('end', () => {
        proxy.lost += 1;
        answer.destroy();
      });
    });
    sent.on('error', () => answer.destroy());
    answer.on('close', () => sent.destroy());
    asked.pipe(sent);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: LosingProxy = {
    endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    lose(path, skipped) {
      wanted = { path, skipped };
    },
    lost: 0,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return proxy;
}
