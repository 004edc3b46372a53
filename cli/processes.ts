/**
 * The two processes behind `npm start`, each started as a person would, watched until it answers,
 * and stopped with SIGTERM. Output of the origin and errors of the edge go to the terminal.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../origin/environment.ts';
import { pause } from '../origin/timer.ts';
import { wranglerDev } from './wrangler.ts';

/** A cold start of wrangler takes about 4 s on two busy cores. */
const READY_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 100;
const STOP_WITHIN_MS = 15_000;

export class StartError extends Error {
  readonly code = 'start';
}

export interface Child {
  /** Resolves, when the process has ended, with what to tell the user. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

export async function ensurePortIsFree(variable: string, port: number): Promise<void> {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new StartError(`${variable} must be a port number from 1 to 65535`);
  }
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
  } catch {
    return;
  } finally {
    socket.destroy();
  }
  throw new StartError(`port ${port} is in use; set ${variable} to another`);
}

/** With `watch` it starts again whenever its code changes. */
export function startOrigin(
  environment: Environment,
  url: string,
  { watch = false } = {},
): Promise<Child> {
  const main = fileURLToPath(new URL('../origin/main.ts', import.meta.url));
  const child = spawn(process.execPath, watch ? ['--watch', main] : [main], {
    env: { LOG_LEVEL: 'warn', ...environment },
    stdio: 'inherit',
    // Its own group: Ctrl-C reaches this process only, which then stops both in order.
    detached: true,
  });
  return whenReady('the origin', child, `${url}/readyz`);
}

export function startEdge(environment: Environment, url: string): Promise<Child> {
  const { command, args, cwd } = wranglerDev(environment);
  const child = spawn(command, args, {
    cwd,
    env: { ...environment, CI: 'true', WRANGLER_SEND_METRICS: 'false' },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
  return whenReady('the edge', child, `${url}/api/clock`);
}

async function whenReady(name: string, started: ChildProcess, probe: string): Promise<Child> {
  const child = watch(name, started);
  let failure: string | undefined;
  void child.ended.then((why) => {
    failure = why;
  });
  for (let waitedMs = 0; waitedMs < READY_WITHIN_MS; waitedMs += LOOK_EVERY_MS) {
    const answer = await fetch(probe, { signal: AbortSignal.timeout(2_000) }).catch(
      () => undefined,
    );
    if (failure !== undefined) throw new StartError(failure);
    if (answer?.ok) return child;
    await pause(LOOK_EVERY_MS);
  }
  await child.stop();
  throw new StartError(`${name} did not answer at ${probe} within ${READY_WITHIN_MS / 1000} s`);
}

function watch(name: string, started: ChildProcess): Child {
  const exited = once(started, 'exit');
  return {
    ended: exited.then(([code, signal]) => `${name} ended (${signal ?? `exit code ${code}`})`),
    async stop() {
      if (started.exitCode !== null || started.signalCode !== null) return;
      signalGroup(started, 'SIGTERM');
      const timer = setTimeout(() => signalGroup(started, 'SIGKILL'), STOP_WITHIN_MS);
      await exited;
      clearTimeout(timer);
      // What it started itself (workerd) may outlive it.
      signalGroup(started, 'SIGKILL');
    },
  };
}

/** Reaches what the process started as well: it leads a group of its own. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // Nothing of the group is left.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
