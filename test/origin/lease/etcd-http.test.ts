/** What is no etcd, and what etcd refuses or cannot do now, in one line each. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import {
  createEtcdHttp,
  EtcdRefusedError,
  EtcdUnavailableError,
} from '../../../origin/lease/etcd-http.ts';

async function answering(status: number, text: string) {
  const server = createServer((_question, answer) => {
    answer.writeHead(status).end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const http = createEtcdHttp(undefined);
  onTestFinished(() => {
    http.close();
    server.close();
  });
  const endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { http, question: { endpoint, path: 'kv/range', body: {} } };
}

const gone = 'etcdserver: requested lease not found';
const leaderless = 'etcdserver: no leader';
const CASES: [
  name: string,
  status: number,
  body: string,
  kind: typeof EtcdRefusedError | typeof EtcdUnavailableError,
  line: RegExp,
][] = [
  [
    'a page',
    200,
    '<html>',
    EtcdRefusedError,
    /status 200, and nothing that etcd 3.4 or later says/,
  ],
  ['another path', 404, 'Not Found', EtcdRefusedError, /status 404, and nothing that etcd/],
  [
    '3.4 refuses',
    404,
    `{"error":"${gone}","message":"${gone}","code":5}`,
    EtcdRefusedError,
    /not found$/,
  ],
  [
    '3.6 refuses',
    404,
    `{"code":5,"message":"${gone}","details":[]}`,
    EtcdRefusedError,
    /not found$/,
  ],
  ['3.4 cannot', 503, `{"error":"${leaderless}","code":14}`, EtcdUnavailableError, /no leader$/],
  [
    'one that is being stopped',
    408,
    '{"error":"grpc: the client connection is closing","code":1}',
    EtcdUnavailableError,
    /is closing$/,
  ],
  ['3.6 cannot', 503, `{"code":14,"message":"${leaderless}"}`, EtcdUnavailableError, /no leader$/],
  [
    'a stream that cannot',
    200,
    `{"error":{"grpc_code":14,"message":"${leaderless}"}}`,
    EtcdUnavailableError,
    /no leader$/,
  ],
  [
    'a stream that refuses',
    200,
    `{"error":{"code":7,"message":"permission denied"}}`,
    EtcdRefusedError,
    /permission denied$/,
  ],
  ['a proxy that is full', 429, 'slow down', EtcdUnavailableError, /status 429/],
];

test.each(CASES)('%s', async (_name, status, body, kind, line) => {
  const { http, question } = await answering(status, body);
  const asked = http.ask(question);
  await expect(asked).rejects.toBeInstanceOf(kind);
  await expect(asked).rejects.toThrow(line);
  await expect(asked).rejects.toThrow(
    /^etcd at 127\.0\.0\.1:\d+ (refuses|does not serve): [^\n]*$/,
  );
  const signal = new AbortController().signal;
  await expect(http.listen(question, { isEnough: () => false, signal })).rejects.toThrow(line);
});

test('nobody there, and a stream that ends, are no refusals', async () => {
  const { http, question } = await answering(200, '{"result":{"created":true}}\n');
  const signal = new AbortController().signal;
  const listening = http.listen(question, { isEnough: () => false, signal });
  await expect(listening).rejects.toThrow(/does not serve: the stream ended/);
  await expect(http.ask({ ...question, endpoint: 'localhost:1' })).rejects.toThrow(
    /^etcd at localhost:1 does not serve: .*ECONNREFUSED/,
  );
});
