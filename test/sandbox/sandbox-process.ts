/**
 * The sandbox as a process of its own on a free port, with a file that outlives it, so that a test
 * can kill it and start it again.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compileCache } from '../compile-cache.ts';

export const SANDBOX_SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;

export interface SandboxProcess {
  url: string;
  stop(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
}

export interface SandboxPlace {
  start(variables: Record<string, string>): Promise<SandboxProcess>;
  /** Ends what still runs and throws the file away: also after a test that failed. */
  remove(): Promise<void>;
}

export function createSandboxPlace(): SandboxPlace {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-sandbox-'));
  const started: SandboxProcess[] = [];
  return {
    async start(variables) {
      const sandbox = await startProcess({ SANDBOX_DATA_DIR: folder, ...variables });
      started.push(sandbox);
      return sandbox;
    },
    async remove() {
      for (const sandbox of started) await sandbox.kill();
      rmSync(folder, { recursive: true });
    },
  };
}

async function startProcess(variables: Record<string, string>): Promise<SandboxProcess> {
  const child = spawn(process.execPath, ['sandbox/main.ts'], {
    cwd: new URL('../..', import.meta.url),
    env: {
      ...{ PATH: process.env.PATH, ...compileCache, SANDBOX_PORT: '0', SANDBOX_SECRET },
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^sandbox: (http:.*)$/.exec(line)?.[1];
    if (url) return { url, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
  }
  throw new Error('the sandbox ended before it listened');
}
