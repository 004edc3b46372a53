// The stack's Redis. Every write is on disk before its answer (`appendfsync always`) and nothing
// is ever evicted, because the stock and the outbox live in it.
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { addresses, serverFolder } from './addresses.ts';
import type { ServerPlace, StackServer } from './server.ts';

const answerLimitMs = 2_000;

const stackPlace = (): ServerPlace => ({ folder: serverFolder('redis'), ...addresses.redis });

export function createRedisServer(place: ServerPlace = stackPlace()): StackServer {
  const { folder, host, port } = place;
  const dataFolder = path.join(folder, 'data');
  return {
    name: 'redis',
    url: `redis://${host}:${port}`,
    folder,
    dataFolder,
    programs: () => ['redis-server'],
    prepare: async () => {
      await mkdir(dataFolder, { recursive: true });
    },
    commandLine: () => ({ program: 'redis-server', args: redisArguments(place, dataFolder) }),
    answers: () => ping(place),
  };
}

function redisArguments({ host, port }: ServerPlace, dataFolder: string): string[] {
  return [
    ['--bind', host],
    ['--port', String(port)],
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
function ping({ host, port }: ServerPlace): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
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
