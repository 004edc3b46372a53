/**
 * A process that was started as a person would start it: watched until it answers, and stopped with
 * SIGTERM, in the end with SIGKILL, together with what it started itself.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { pause } from '../origin/timer.ts';
import { StartError } from './start-error.ts';

/** An origin on two busy cores, with migrations to run, has taken 20 s. */
const READY_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 50;
/** An origin answers what it has begun, and hands its work over. */
const STOP_WITHIN_MS = 15_000;

export interface Child {
  /** Resolves, when the process has ended, with what to tell the user. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

export interface KeptChild extends Child {
  name: string;
  /** Ended by itself with an error, of which it has then told the user. */
  failed(): boolean;
}

export async function whenReady<Ready extends KeptChild>(
  child: Ready,
  probe: string,
): Promise<Ready> {
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

/** The process must lead a group of its own (`detached`). */
export function keep(
  name: string,
  started: ChildProcess,
  stopWithinMs = STOP_WITHIN_MS,
): KeptChild {
  const exited = once(started, 'exit').then(
    ([code, signal]) => `ended (${signal ?? `exit code ${code}`})`,
    (error: Error) => `cannot be run: ${error.message}`,
  );
  return {
    name,
    failed: () => started.exitCode !== null && started.exitCode > 0,
    ended: exited.then((how) => `${name} ${how}`),
    async stop() {
      const { pid, exitCode, signalCode } = started;
      if (pid === undefined || exitCode !== null || signalCode !== null) return;
      signalGroup(started, 'SIGTERM');
      const timer = setTimeout(() => signalGroup(started, 'SIGKILL'), stopWithinMs);
      await exited;
      clearTimeout(timer);
      // What it started itself may outlive it.
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
