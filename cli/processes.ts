/**
 * The processes behind `npm start`, each started as a person would, watched until it answers,
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
/** Keeps wrangler from asking anything of the network or of the person at the terminal. */
const OFFLINE = {
  CI: 'true',
  WRANGLER_SEND_METRICS: 'false',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
};

export class StartError extends Error {
  readonly code = 'start';
  /** True when the process that failed has told the user why. */
  readonly told: boolean;
  constructor(message: string, told = false) {
    super(message);
    this.told = told;
  }
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

export interface StartOptions {
  /** Starts again whenever its code changes. */
  watch?: boolean;
  /** Told of the process at once, so that it can be ended while it is still starting. */
  spawned?(child: Child): void;
}

export function startOrigin(
  environment: Environment,
  url: string,
  { watch = false, spawned }: StartOptions = {},
): Promise<Child> {
  const main = fileURLToPath(new URL('../origin/main.ts', import.meta.url));
  const child = spawn(process.execPath, watch ? ['--watch', main] : [main], {
    env: { LOG_LEVEL: 'warn', ...environment },
    stdio: 'inherit',
    // Its own group: Ctrl-C reaches this process only, which then stops both in order.
    detached: true,
  });
  const kept = keep('the origin', child);
  spawned?.(kept);
  return whenReady(kept, `${url}/readyz`);
}

/** The stand-in payment provider; its page says where it listens by itself. */
export function startSandbox(
  environment: Environment,
  url: string,
  { spawned }: StartOptions = {},
): Promise<Child> {
  const main = fileURLToPath(new URL('../sandbox/main.ts', import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
  const kept = keep('the sandbox', child);
  spawned?.(kept);
  return whenReady(kept, `${url}/page.css`);
}

export function startEdge(
  environment: Environment,
  url: string,
  { spawned }: StartOptions = {},
): Promise<Child> {
  const { command, args, cwd } = wranglerDev(environment);
  const child = spawn(command, args, {
    cwd,
    env: { ...environment, ...OFFLINE },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
  const kept = keep('the edge', child);
  spawned?.(kept);
  return whenReady(kept, `${url}/api/clock`);
}

interface KeptChild extends Child {
  name: string;
  /** Ended by itself with an error, of which it has then told the user. */
  failed(): boolean;
}

async function whenReady(child: KeptChild, probe: string): Promise<Child> {
  const { name } = child;
  let failure: string | undefined;
  void child.ended.then((why) => {
    failure = why;
  });
  for (let waitedMs = 0; waitedMs < READY_WITHIN_MS; waitedMs += LOOK_EVERY_MS) {
    const answer = await fetch(probe, { signal: AbortSignal.timeout(2_000) }).catch(
      () => undefined,
    );
    if (failure !== undefined) throw new StartError(failure, child.failed());
    if (answer?.ok) return child;
    await pause(LOOK_EVERY_MS);
  }
  await child.stop();
  throw new StartError(`${name} did not answer at ${probe} within ${READY_WITHIN_MS / 1000} s`);
}

function keep(name: string, started: ChildProcess): KeptChild {
  const exited = once(started, 'exit');
  return {
    name,
    failed: () => started.exitCode !== null && started.exitCode > 0,
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
