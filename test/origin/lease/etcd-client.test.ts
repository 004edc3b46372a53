/** Which member is asked, and with which token, when some of them cannot answer. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createEtcdClient } from '../../../origin/lease/etcd-client.ts';

type Answer = [status: number, body: object];

/** One member; answers by the path's end. */
async function startMember(answerOf: (path: string, token: string | undefined) => Answer) {
  const asked: string[] = [];
  const server = createServer((question, answer) => {
    const path = (question.url ?? '').replace('/v3/', '');
    asked.push(path);
    const [status, body] = answerOf(path, question.headers.authorization);
    answer.writeHead(status).end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const LEADERLESS: Answer = [503, { error: 'etcdserver: no leader', code: 14 }];
const TOKEN_OVER: Answer = [401, { error: 'etcdserver: invalid auth token', code: 16 }];

test('a member that gives no new token is not held against the next one', async () => {
  let given = 0;
  const first = await startMember((path) => {
    if (path !== 'auth/authenticate') return TOKEN_OVER;
    given += 1;
    return given === 1 ? [200, { token: 'old' }] : LEADERLESS;
  });
  const second = await startMember((path, token) => {
    if (path === 'auth/authenticate') return [200, { token: 'new' }];
    return token === 'new' ? [200, { served: true }] : TOKEN_OVER;
  });
  const etcd = createEtcdClient({
    endpoints: [first.endpoint, second.endpoint],
    login: { user: 'sluice', password: 'secret' },
  });
  onTestFinished(() => etcd.close());
  expect(await etcd.ask('kv/txn', {})).toEqual({ served: true });
  expect(first.asked).toEqual(['auth/authenticate', 'kv/txn', 'auth/authenticate']);
});
