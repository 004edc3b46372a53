// The three commands, each the same for every server. `up` returns only when each server answers a
// real client, and leaves one alone that answers already, whoever started it (Docker, say); `down`
// ends only what `up` has started. Each prints one line a server and returns the exit code.
import { rm } from 'node:fs/promises';
import {
  becomesTrue,
  findProgram,
  logFile,
  logTail,
  runningPid,
  type StartedProcess,
  startDetached,
  stopProcess,
} from './processes.ts';
import type { StackServer } from './server.ts';

/** A JVM on a busy two-core machine, or InnoDB after a crash, takes tens of seconds at worst. */
const startLimitMs = 120_000;

const packages = 'redis-server mariadb-server default-jdk maven etcd-server';

export async function up(servers: readonly StackServer[]): Promise<number> {
  const missing = await missingPrograms(servers);
  if (missing.length > 0) {
    console.error(`missing: ${missing.join(', ')}; to get them: apt-get install ${packages}`);
    return 1;
  }
  return runEach(servers, async (server) => {
    const startedAtMs = performance.now();
    const { isUp, text } = await stateOf(server);
    if (isUp) return `already ${text}`;
    await startServer(server);
    return `up after ${((performance.now() - startedAtMs) / 1000).toFixed(1)} s`;
  });
}

export async function down(
  servers: readonly StackServer[],
  { wipe }: { wipe: boolean },
): Promise<number> {
  return runEach(servers, async (server) => {
    const wasRunning = await stopProcess(server.folder);
    const { isUp, text } = await stateOf(server);
    if (isUp) return `left alone: ${text}`;
    if (wipe) await rm(server.dataFolder, { recursive: true, force: true });
    return `${wasRunning ? '' : 'already '}down${wipe ? ', data removed' : ''}`;
  });
}

export async function status(servers: readonly StackServer[]): Promise<number> {
  const states = await Promise.all(servers.map(stateOf));
  for (const [index, server] of servers.entries()) report(server, states[index]?.text ?? '');
  return states.every((state) => state.isUp) ? 0 : 1;
}

/** Starts it, unless it runs; resolves when it answers. Throws with the end of its log. */
export async function startServer(server: StackServer): Promise<void> {
  let started: StartedProcess | undefined;
  if (runningPid(server.folder) === undefined) {
    await server.prepare();
    started = await startDetached(server.commandLine(), server.folder);
  }
  const isSettled = async () => started?.hasExited() === true || (await doesAnswer(server));
  const settled = await becomesTrue(isSettled, startLimitMs);
  if (settled && started?.hasExited() !== true) return;
  await stopProcess(server.folder);
  const what = settled ? 'ended while starting' : `did not answer within ${startLimitMs} ms`;
  const log = logFile(server.folder);
  throw new Error(`${what}; the end of ${log}:\n${logTail(server.folder)}`);
}

async function stateOf(server: StackServer): Promise<{ isUp: boolean; text: string }> {
  const isUp = await doesAnswer(server);
  const pid = runningPid(server.folder);
  if (pid === undefined) return { isUp, text: isUp ? 'up, started by something else' : 'down' };
  return { isUp, text: isUp ? `up, pid ${pid}` : `pid ${pid} runs but does not answer` };
}

async function doesAnswer(server: StackServer): Promise<boolean> {
  try {
    await server.answers();
    return true;
  } catch {
    return false;
  }
}

/** Works on all at once; one server's failure never leaves another half done. */
async function runEach(
  servers: readonly StackServer[],
  work: (server: StackServer) => Promise<string>,
): Promise<number> {
  const outcomes = await Promise.allSettled(
    servers.map(async (server) => report(server, await work(server))),
  );
  for (const [index, outcome] of outcomes.entries()) {
    const name = servers[index]?.name;
    if (outcome.status === 'rejected') console.error(`${name} failed: ${outcome.reason.message}`);
  }
  return outcomes.every((outcome) => outcome.status === 'fulfilled') ? 0 : 1;
}

async function missingPrograms(servers: readonly StackServer[]): Promise<string[]> {
  const programs = [...new Set(servers.flatMap((server) => server.programs()))];
  const paths = await Promise.all(programs.map(findProgram));
  return programs.filter((_, index) => paths[index] === undefined);
}

function report(server: StackServer, text: string): void {
  console.log(`${server.name.padEnd(8)} ${server.url}  ${text}`);
}
