/**
 * The processes behind `npm start`, each started as a person would, watched until it answers,
 * and stopped with SIGTERM. Output of the origin and of the edge goes to the terminal.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../origin/environment.ts';
import { type Child, keep, whenReady } from './child.ts';
import { StartError } from './start-error.ts';

export type { Child } from './child.ts';
export { startEdge } from './edge/start-edge.ts';
export { StartError } from './start-error.ts';

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
