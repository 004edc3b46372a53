/**
 * The operator's client against a server that ends its connections: an idle one that is closed as
 * the next call begins costs that call nothing, and a server that is away is said so in one line.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createOperatorClient } from '../../cli/operator-client.ts';

const REPLY = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}';

/** `serve` is told of every request: on which connection, and the how many-th of all it is. */
async function startServer(serve: (socket: Socket, request: number) => void) {
  let requests = 0;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => {
      requests += 1;
      serve(socket, requests);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, requests: () => requests, close: () => server.close() };
}

test('a connection that is closed as a call begins is no failure of the call', async () => {
  const server = await startServer((socket, request) => {
    if (request === 2) socket.end();
    else socket.write(REPLY);
  });
  const client = createOperatorClient(server.url, 'a token');
  for (let call = 0; call < 3; call += 1) {
    expect(await client.post('/operator/sales', z.object({}))).toEqual({});
  }
  expect(server.requests()).toBe(4);
  server.close();
});

test('a server that ends every connection is asked twice, and then said to be away', async () => {
  const server = await startServer((socket) => socket.destroy());
  const client = createOperatorClient(server.url, 'a token');
  await expect(client.get('/operator/sales', z.object({}))).rejects.toThrow(
    `no origin answers at ${server.url}; start it, or set ORIGIN_URL to where it is`,
  );
  expect(server.requests()).toBe(2);
  server.close();
});
