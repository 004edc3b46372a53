// Starts, finds and stops processes that outlive the command which started them. A pid is trusted
// only while /proc still shows the server's folder in its command line, so a number that the
// system has given to another program is never signalled. Accepted race: between that look and the
// signal the pid could change hands. Systems without /proc fall back to "some process has it".
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { CommandLine } from './server.ts';

/** Kafka moves its leaderships and MariaDB writes its pages first; both take a few seconds. */
const gracefulStopLimitMs = 30_000;
/** The kernel ends a killed process at once, unless it waits for a disk. */
const killLimitMs = 5_000;
const pollIntervalMs = 100;
/** Enough to show the cause of a failed start, little enough for one screen. */
const logTailLines = 15;

const runFile = promisify(execFile);

export type StartedProcess = { pid: number; hasExited(): boolean };

/** The program's absolute path, also when it lies where only root's PATH leads. */
export async function findProgram(name: string): Promise<string | undefined> {
  const script = 'PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"; command -v "$0"';
  try {
    const { stdout } = await runFile('/bin/sh', ['-c', script, name]);
    return stdout.trim();
  } catch {
    return undefined;
  }
}

/** Runs a preparing program to its end; its failure carries the last lines that it printed. */
export async function runToEnd(command: CommandLine, limitMs: number): Promise<void> {
  const program = await resolveProgram(command.program);
  try {
    await runFile(program, [...command.args], { timeout: limitMs, maxBuffer: 64 * 1024 * 1024 });
  } catch (cause) {
    const { stdout = '', stderr = '' } = cause as { stdout?: string; stderr?: string };
    const said = lastLines(`${stdout}\n${stderr}`);
    throw new Error(`${command.program} failed (its limit: ${limitMs} ms):\n${said}`, { cause });
  }
}

/** Starts the command in a session of its own, with `folder` for its pid file and log. */
export async function startDetached(command: CommandLine, folder: string): Promise<StartedProcess> {
  const program = await resolveProgram(command.program);
  const log = openSync(keepPreviousLog(folder), 'w');
  const child = spawn(program, command.args, {
    cwd: folder,
    detached: true,
    stdio: ['ignore', log, log],
  });
  await new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.unref();
  const pid = child.pid as number;
  writeFileSync(pidFile(folder), `${pid}\n`);
  return { pid, hasExited: () => child.exitCode !== null || child.signalCode !== null };
}

/** The pid of the live process that was started in `folder`, if there is one. */
export function runningPid(folder: string): number | undefined {
  const pid = Number.parseInt(readText(pidFile(folder)) ?? '', 10);
  return pid > 0 && isStartedIn(folder, pid) ? pid : undefined;
}

/** Ends the process that was started in `folder`; false when there was none. */
export async function stopProcess(folder: string): Promise<boolean> {
  const pid = runningPid(folder);
  if (pid === undefined) {
    rmSync(pidFile(folder), { force: true });
    return false;
  }
  const isGone = async () => !isAlive(pid);
  signal(folder, pid, 'SIGTERM');
  if (!(await becomesTrue(isGone, gracefulStopLimitMs))) {
    signal(folder, pid, 'SIGKILL');
    if (!(await becomesTrue(isGone, killLimitMs))) {
      throw new Error(`process ${pid} still lives ${killLimitMs} ms after SIGKILL`);
    }
  }
  rmSync(pidFile(folder), { force: true });
  return true;
}

/** Asks again and again until the answer is true (true) or the limit has passed (false). */
export async function becomesTrue(ask: () => Promise<boolean>, limitMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + limitMs;
  while (!(await ask())) {
    if (performance.now() > deadlineMs) return false;
    await sleep(pollIntervalMs);
  }
  return true;
}

/** Sends a signal to the process that was started in `folder`; nothing when there is none. */
export function signalProcess(folder: string, name: NodeJS.Signals): void {
  const pid = runningPid(folder);
  if (pid !== undefined) signal(folder, pid, name);
}

export function logTail(folder: string): string {
  return lastLines(readText(logFile(folder)) ?? '');
}

export function logFile(folder: string): string {
  return path.join(folder, 'server.log');
}

function pidFile(folder: string): string {
  return path.join(folder, 'server.pid');
}

async function resolveProgram(name: string): Promise<string> {
  const found = await findProgram(name);
  if (found === undefined) throw new Error(`${name} is not installed`);
  return found;
}

/** One earlier log stays, for the question why the server died; more would only pile up. */
function keepPreviousLog(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const current = logFile(folder);
  if (readText(current)) renameSync(current, path.join(folder, 'server.previous.log'));
  return current;
}

function signal(folder: string, pid: number, name: NodeJS.Signals): void {
  if (!isStartedIn(folder, pid)) return;
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended on its own just now, which is what the signal is for.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function isStartedIn(folder: string, pid: number): boolean {
  if (!isAlive(pid)) return false;
  const commandLine = readText(`/proc/${pid}/cmdline`);
  return commandLine === undefined || commandLine.includes(`${folder}${path.sep}`);
}

/**
 * A zombie is not alive: it has given back its ports and files, and waits for a parent that may
 * never look. (An ending process loses its command line before its ports, so that says too little.)
 */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const state = readText(`/proc/${pid}/stat`)?.split(') ').at(-1)?.charAt(0);
  return state !== 'Z' && state !== 'X';
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-logTailLines).join('\n');
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
