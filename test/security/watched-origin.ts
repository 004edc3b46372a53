/** An origin of which everything is kept that it prints and answers. Ends with its test. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { pause } from '../../origin/timer.ts';
import { compileCache } from '../compile-cache.ts';
import { freePort } from '../flow/shop.ts';

export interface Watched {
  url: string;
  /** All that it printed so far. */
  printed(): string;
  /** All that it answered so far. */
  answered: string[];
  ask(path: string, init?: RequestInit): Promise<number>;
  ended: Promise<unknown>;
}

export async function startWatched(variables: Record<string, string>): Promise<Watched> {
  const port = await freePort();
  const child = spawn(process.execPath, ['origin/main.ts'], {
    cwd: new URL('../..', import.meta.url),
    env: {
      ...{ LOG_LEVEL: 'debug', ...variables },
      ...{ PATH: process.env.PATH, ...compileCache, ORIGIN_PORT: String(port) },
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk;
    });
  }
  const ended = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const url = `http://127.0.0.1:${port}`;
  const answered: string[] = [];
  return {
    ...{ url, answered, ended, printed: () => text },
    async ask(path, init) {
      const response = await fetch(`${url}${path}`, init);
      const headers = JSON.stringify([...response.headers]);
      answered.push(`${path} ${response.status} ${headers} ${await response.text()}`);
      return response.status;
    },
  };
}

export async function whenUp(origin: Watched): Promise<void> {
  for (let waitedMs = 0; waitedMs < 40_000; waitedMs += 100) {
    const alive = await fetch(`${origin.url}/healthz`).catch(() => undefined);
    if (alive?.ok) return;
    await pause(100);
  }
  throw new Error(`the origin did not start: ${origin.printed()}`);
}
