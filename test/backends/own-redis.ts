/**
 * A Redis server of a test's own, on a port of its own, for what must not happen to the shared one:
 * it is killed, restarted, restored, promoted. A machine without redis-server skips on a laptop and
 * fails in CI.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { describe } from 'vitest';
import { freePort } from '../flow/shop.ts';
import { startServer } from '../stack/commands.ts';
import { becomesTrue, findProgram, runningPid, signalProcess } from '../stack/processes.ts';
import { createRedisServer } from '../stack/redis.ts';

const available = (await findProgram('redis-server')) !== undefined;
if (!available && process.env.CI) throw new Error('redis-server is not installed');

/** `describe` that says why when it skips. */
export function describeWithOwnRedis(name: string, define: () => void): void {
  if (available) describe(name, define);
  else describe.skip(`${name} (skipped: redis-server is not installed)`, define);
}

export interface OwnRedis {
  host: string;
  port: number;
  url: string;
  /** Its files; an append-only file that is written at every command, unless `start` says no. */
  dataFolder: string;
  /** Goes on with the files that are there. `settings` come last and so win. */
  start(settings?: readonly string[]): Promise<void>;
  /** Ends it as a crash does (SIGKILL), or orderly. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** One command of the administrator's. */
  ask(command: string, ...parameters: (string | number)[]): Promise<unknown>;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
}

export async function startOwnRedis(): Promise<OwnRedis> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sluice-redis-'));
  const host = '127.0.0.1';
  const port = await freePort();
  const server = createRedisServer({ folder, host, port });

  async function start(settings: readonly string[] = []): Promise<void> {
    const { program, args } = server.commandLine();
    const commandLine = () => ({ program, args: [...args, ...settings] });
    await startServer({ ...server, commandLine });
  }

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    signalProcess(folder, signal);
    const ended = await becomesTrue(async () => runningPid(folder) === undefined, END_LIMIT_MS);
    if (!ended) throw new Error(`the redis in ${folder} did not end`);
  }

  await start();
  return {
    ...{ host, port, url: server.url, dataFolder: server.dataFolder },
    start,
    end,
    async ask(command, ...parameters) {
      const redis = new Redis(server.url);
      return redis.call(command, ...parameters).finally(() => redis.disconnect());
    },
    async remove() {
      await end('SIGKILL');
      await rm(folder, { recursive: true });
    },
  };
}

const END_LIMIT_MS = 10_000;
