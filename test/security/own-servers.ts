/**
 * Servers with TLS that a test starts for itself, on free ports and with data of their own, and
 * ends again by their process. What is not installed is missing on a laptop, and fails in CI.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pause } from '../../origin/timer.ts';
import { accepts } from '../stack/are-up.ts';
import { findProgram } from '../stack/processes.ts';

const READY_WITHIN_MS = 90_000;

export interface OwnServer {
  port: number;
  stop(): Promise<void>;
}

/** Why a suite cannot run here; undefined when it can. In CI it must. */
export async function missingPrograms(...names: string[]): Promise<string | undefined> {
  for (const name of names) {
    if ((await findProgram(name)) !== undefined) continue;
    if (process.env.CI) throw new Error(`${name} is not installed`);
    return `${name} is not installed`;
  }
  return undefined;
}

/** Starts the program and waits until it takes connections at `port`. */
export async function startServer(
  program: string,
  args: string[],
  { port, cwd }: { port: number; cwd: string },
): Promise<OwnServer> {
  const path = (await findProgram(program)) ?? program;
  const child = spawn(path, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      said = `${said}${text}`.slice(-4_000);
    });
  }
  for (let waitedMs = 0; waitedMs < READY_WITHIN_MS; waitedMs += 100) {
    if (child.exitCode !== null) throw new Error(`${program} ended: ${said}`);
    if (await accepts({ host: '127.0.0.1', port })) return { port, stop: () => stop(child) };
    await pause(100);
  }
  await stop(child);
  throw new Error(`${program} does not listen: ${said}`);
}

export function folderIn(parent: string, name: string): string {
  const folder = join(parent, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await ended;
  clearTimeout(timer);
}
