/**
 * The edge on this machine: the Worker under workerd, its objects' state in `<DATA_DIR>/edge`. What
 * the Worker logs goes to this process's output, what workerd itself has to say to its errors.
 * While its code is watched, a change that cannot be bundled leaves the one that runs.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, watch as watchFiles } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Environment } from '../../origin/environment.ts';
import { type Child, type KeptChild, keep, whenReady } from '../child.ts';
import { StartError } from '../start-error.ts';
import { PROJECT } from './bundle.ts';
import { lockData } from './data-lock.ts';
import { configIn, edgeFolder, prepareEdge } from './prepare.ts';

/** An editor writes a file in several steps, and a person several files. */
const SETTLED_AFTER_MS = 100;
/**
 * For what is under way when it is ended. Open WebSockets are not waited for: pages connect again.
 * Nor is an order that the origin takes longer for: its page asks again, with the same key.
 */
const STOP_WITHIN_MS = 3_000;
const STOP_WATCHED_WITHIN_MS = 300;
const WATCHED_FOLDERS = ['edge', 'contract'];

export interface EdgeOptions {
  /** Bundles and starts again whenever its code changes. */
  watch?: boolean;
  host?: string;
  /** Told of the edge at once, so that it can be ended while it is still starting. */
  spawned?(child: Child): void;
}

/** Needs DATA_DIR and PORT. Resolves when the edge answers at `url`; throws a StartError. */
export async function startEdge(
  environment: Environment,
  url: string,
  { watch = false, host = '127.0.0.1', spawned }: EdgeOptions = {},
): Promise<Child> {
  const { DATA_DIR: dataDir = '.sluice', PORT: port = '8787' } = environment;
  const folder = edgeFolder(dataDir);
  const unlock = lockData(folder, configIn(folder));
  const prepare = () => prepareEdge(environment, { host, port: Number(port), dataDir });
  const stopWithinMs = watch ? STOP_WATCHED_WITHIN_MS : STOP_WITHIN_MS;
  const edge = createEdgeProcess(prepare, stopWithinMs);
  void edge.ended.then(unlock);
  spawned?.(edge);
  const started = edge.start();
  // From here on: what changes while it is bundled for the first time is in the next bundle.
  if (watch) watchCode(started, () => edge.restart());
  await started.catch((error: unknown) => {
    unlock();
    throw error;
  });
  return whenReady(edge, `${url}/api/clock`);
}

/** One edge over all its restarts. */
function createEdgeProcess(prepare: () => ReturnType<typeof prepareEdge>, stopWithinMs: number) {
  let current: KeptChild | undefined;
  let isStopped = false;
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();

  function run({ command, args, env }: Awaited<ReturnType<typeof prepareEdge>>): void {
    const child = spawn(command, args, {
      env,
      stdio: ['ignore', 'inherit', 'pipe'],
      detached: true,
    });
    forwardLog(child);
    const kept = keep('the edge', child, stopWithinMs);
    current = kept;
    void kept.ended.then((why) => {
      if (current === kept) end(why);
    });
  }

  return {
    name: 'the edge',
    ended,
    failed: () => current?.failed() ?? false,
    async start() {
      const call = await prepare();
      if (isStopped) throw new StartError('the edge was ended before it started', true);
      run(call);
    },
    async restart() {
      const call = await prepare();
      const before = current;
      current = undefined;
      await before?.stop();
      if (!isStopped) run(call);
    },
    async stop() {
      isStopped = true;
      await current?.stop();
    },
  };
}

/** The Worker writes a JSON object a line; any other line is workerd's own. */
function forwardLog({ stderr }: ChildProcess): void {
  if (stderr === null) return;
  createInterface({ input: stderr }).on('line', (line) => {
    (line.startsWith('{') ? process.stdout : process.stderr).write(`${line}\n`);
  });
}

/** One change at a time; what changes meanwhile is seen by the next. */
function watchCode(started: Promise<void>, changed: () => Promise<void>): void {
  let timer: NodeJS.Timeout | undefined;
  let busy = started.catch(() => undefined);
  const settle = () => {
    busy = busy.then(changed).catch((error: unknown) => {
      console.error(`sluice: ${error instanceof StartError ? error.message : error}`);
    });
  };
  const change = () => {
    clearTimeout(timer);
    timer = setTimeout(settle, SETTLED_AFTER_MS);
  };
  const options = { persistent: false };
  for (const folder of WATCHED_FOLDERS.flatMap(withFoldersBelow)) {
    watchFiles(folder, options, change);
  }
  watchFiles(PROJECT, options, (_event, name) => {
    if (name === 'wrangler.toml') change();
  });
}

/**
 * Each is watched by itself: a recursive watch loses sight of a file that an editor replaces by
 * another. What comes into a folder that is made later is seen after the next start.
 */
function withFoldersBelow(name: string): string[] {
  const folder = join(PROJECT, name);
  const below = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  return [folder, ...below];
}
