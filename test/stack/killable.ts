// Servers of a test's own, that it may kill, hold still, or leave without room on their disk. Each
// starts empty. Who wants one takes the lock for all of them first (`lockKillables`): they have
// fixed places, so that what a broken run left behind is found and ended by the next one.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { killableAddresses, serverFolder } from './addresses.ts';
import { startServer } from './commands.ts';
import { createKafkaServer, newClusterId, replicated } from './kafka.ts';
import { takeLock } from './lock.ts';
import { createMariadbServer } from './mariadb.ts';
import { becomesTrue, runningPid, signalProcess } from './processes.ts';
import { createRedisServer } from './redis.ts';
import type { StackServer } from './server.ts';

/** The kernel ends a killed process at once, unless it waits for a disk. */
const goneWithinMs = 5_000;

export type KillableServer = {
  url: string;
  dataFolder: string;
  /** After a kill it starts with the data that it had. */
  start(): Promise<void>;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** Holds it still, as a machine that swaps or a disk that hangs does; `wake` lets it go on. */
  freeze(): void;
  wake(): void;
  /** Writing beyond this size of a file fails from now on (EFBIG); undefined: no limit. */
  limitFiles(bytes: number | undefined): Promise<void>;
  isRunning(): boolean;
  /** What it has of the machine's memory; 0 when it does not run. */
  memoryBytes(): number;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
};

/** Resolves when no other run uses these servers, with what gives them free. */
export function lockKillables(lock: 'lock' | 'soakLock' = 'lock'): Promise<() => void> {
  return takeLock(killableAddresses[lock]);
}

export function startKillableRedis(name: 'redis' | 'soak' = 'redis'): Promise<KillableServer> {
  const folder = serverFolder(`killable/${name}`);
  return startEmpty(createRedisServer({ folder, ...killableAddresses[name] }));
}

export function startKillableMariadb(): Promise<KillableServer> {
  const folder = serverFolder('killable/mariadb');
  // The log is shorter than a table may grow, so that a limit of a file's size spares it.
  const sizes = { memory: '128M', log: '8M' };
  // By default undo space grows by 64 MB: it, not a table, would find no room, now and then.
  const settings = ['--innodb-autoextend-increment=1'];
  const place = { folder, settings, ...sizes, ...killableAddresses.mariadb };
  return startEmpty(createMariadbServer(place));
}

/**
 * Three brokers: each order is on two of them before it is confirmed, so one may die. Clients are
 * told to connect to `advertised`, where a proxy stands.
 */
export async function startKillableKafka(advertised: readonly number[]) {
  const { host, ports } = killableAddresses.kafka;
  const clusterId = newClusterId();
  const voters = ports.map((port, index) => `${index + 1}@${host}:${port + 2}`).join(',');
  const brokers = ports.map((port, index) =>
    createKafkaServer({
      folder: serverFolder(`killable/kafka-${index + 1}`),
      ...{ host, port },
      heap: { least: '96m', most: '400m' },
      settings: {
        'node.id': index + 1,
        listeners: [
          `CLIENTS://${host}:${port}`,
          `BROKERS://${host}:${port + 1}`,
          `CONTROLLER://${host}:${port + 2}`,
        ].join(','),
        'advertised.listeners': [
          `CLIENTS://${host}:${advertised[index]}`,
          `BROKERS://${host}:${port + 1}`,
        ].join(','),
        'listener.security.protocol.map':
          'CLIENTS:PLAINTEXT,BROKERS:PLAINTEXT,CONTROLLER:PLAINTEXT',
        'inter.broker.listener.name': 'BROKERS',
        'controller.quorum.voters': voters,
        // A follower that is gone must not hold up confirmations for the default of 30 s.
        'replica.lag.time.max.ms': 3_000,
        ...replicated({ copies: 3, leastInSync: 2 }),
      },
      membership: ['-t', clusterId],
    }),
  );
  return Promise.all(brokers.map(startEmpty));
}

async function startEmpty(server: StackServer): Promise<KillableServer> {
  const { folder, dataFolder, url } = server;
  await killIn(folder);
  await rm(folder, { recursive: true, force: true });
  await startServer(withoutFileSignal(server));
  return {
    ...{ url, dataFolder },
    start: () => startServer(withoutFileSignal(server)),
    kill: () => killIn(folder),
    freeze: () => signalProcess(folder, 'SIGSTOP'),
    wake: () => signalProcess(folder, 'SIGCONT'),
    async limitFiles(bytes) {
      const pid = runningPid(folder);
      if (pid !== undefined) await limitFileSize(pid, bytes);
    },
    isRunning: () => runningPid(folder) !== undefined,
    memoryBytes: () => memoryOf(runningPid(folder)),
    async remove() {
      // Nothing of it is wanted: a last broker would wait half a minute for the others.
      await killIn(folder);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function killIn(folder: string): Promise<void> {
  signalProcess(folder, 'SIGKILL');
  const isGone = async () => runningPid(folder) === undefined;
  if (!(await becomesTrue(isGone, goneWithinMs))) throw new Error(`${folder} still runs`);
}

/** A write beyond the limit is then an error, as it is on a full disk, and not the end. */
function withoutFileSignal(server: StackServer): StackServer {
  return {
    ...server,
    commandLine() {
      const { program, args } = server.commandLine();
      const script = 'PATH="$PATH:/usr/sbin"; trap "" XFSZ; exec "$0" "$@"';
      return { program: 'sh', args: ['-c', script, program, ...args] };
    },
  };
}

/** Of a process that runs; the hard limit stays, so that it can be lifted again. */
export async function limitFileSize(pid: number, bytes: number | undefined): Promise<void> {
  const soft = bytes === undefined ? 'unlimited' : String(bytes);
  await promisify(execFile)('prlimit', ['--pid', String(pid), `--fsize=${soft}:unlimited`]);
}

/** The resident set; 0 when there is no such process. */
export function memoryOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
