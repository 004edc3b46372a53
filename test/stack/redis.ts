// The stack's Redis. Every write is on disk before its answer (`appendfsync always`) and nothing
// is ever evicted, because the stock and the outbox live in it.
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { addresses, serverFolder, serverUrls } from './addresses.ts';
import type { StackServer } from './server.ts';

const answerLimitMs = 2_000;

export function createRedisServer(): StackServer {
  const folder = serverFolder('redis');
  const dataFolder = path.join(folder, 'data');
  return {
    name: 'redis',
    url: serverUrls(addresses).redis,
    folder,
    dataFolder,
    programs: () => ['redis-server'],
    prepare: async () => {
      await mkdir(dataFolder, { recursive: true });
    },
    commandLine: () => ({ program: 'redis-server', args: redisArguments(dataFolder) }),
    answers: ping,
  };
}

function redisArguments(dataFolder: string): string[] {
  return [
    ['--bind', addresses.redis.host],
    ['--port', String(addresses.redis.port)],
    ['--dir', dataFolder],
    ['--appendonly', 'yes'],
    ['--appendfsync', 'always'],
    ['--maxmemory-policy', 'noeviction'],
    ['--save', ''],
    // Redis would overwrite its command line, by which processes.ts recognises it.
    ['--set-proc-title', 'no'],
  ].flat();
}

/** A server that still loads its file accepts connections, but answers `-LOADING`. */
function ping(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(addresses.redis);
    socket.setTimeout(answerLimitMs, () => socket.destroy(new Error('redis does not answer')));
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (answer) => {
      const text = answer.toString('latin1');
      if (text.startsWith('+PONG')) resolve();
      socket.destroy(new Error(`redis answers ${text.trim()}`));
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('redis closed the connection')));
  });
}
