/**
 * The processes of a simulated world, each behind wires of its own. Killed, a process does nothing
 * any more, whatever it was about to do; started again, it begins a new life that knows nothing.
 * One that met an error of its own, or whose start failed, is started again after a moment.
 */
import type { Logger } from '../../origin/logger.ts';
import type { Parts } from './bugs/bug.ts';
import type { Dice } from './dice.ts';
import { type LogCluster, SESSION_MS } from './log-cluster.ts';
import { type Api, type Surroundings, startApi, startSettle, startSingletons } from './roles.ts';
import { createLife, type Life, type Schedule } from './schedule.ts';
import type { Reached } from './wires.ts';

const NAMES = ['api-1', 'api-2', 'settle-1', 'settle-2', 'back-1', 'back-2'] as const;
const START_AGAIN_MS = 700;

export interface Process {
  readonly name: string;
  life: Life;
  /** Once an API process serves. */
  api: Api | undefined;
}

export interface Processes {
  all: readonly Process[];
  apis: readonly Process[];
  start(process: Process): void;
  kill(process: Process): void;
  stop(process: Process): void;
  goOn(process: Process): void;
  onFatal(life: Life, error: unknown): void;
}

export interface ProcessesOptions {
  schedule: Schedule;
  parts: Parts;
  dice: Dice;
  skewMs: number;
  onStockOutage: 'pause' | 'draw';
  cluster: LogCluster;
  connect(life: Life): Reached;
  loggerOf(name: string): Logger;
  tell(line: string): void;
  complain(text: string): void;
}

export function createProcesses(options: ProcessesOptions): Processes {
  const { schedule, cluster, tell, complain } = options;
  const all = NAMES.map((name): Process => ({ name, life: deadLife(name), api: undefined }));

  async function run(process: Process): Promise<void> {
    const { life } = process;
    try {
      const given = surroundings(options, process);
      if (process.name.startsWith('api')) {
        const api = await startApi(given);
        if (process.life === life) process.api = api;
      } else if (process.name.startsWith('settle')) await startSettle(given);
      else await startSingletons(given);
    } catch (error) {
      onFatal(life, error);
    }
  }

  function start(process: Process): void {
    if (!process.life.isDead) return;
    process.life = createLife(process.name);
    process.api = undefined;
    schedule.after(0, process.life, () => void run(process));
  }

  function kill(process: Process): void {
    process.life.isDead = true;
    process.api = undefined;
  }

  function onFatal(life: Life, error: unknown): void {
    const process = all.find((candidate) => candidate.life === life);
    if (process === undefined) return;
    tell(`${life.name} ends: ${String(error)}`);
    if (error instanceof Error && 'code' in error && error.code === 'log-records-lost') {
      complain(`I3: ${error.message}`);
    }
    kill(process);
    schedule.after(START_AGAIN_MS, undefined, () => start(process));
  }

  function watchSessions(): void {
    cluster.watchSessions();
    schedule.after(SESSION_MS / 6, undefined, watchSessions);
  }
  watchSessions();

  return {
    all,
    apis: all.filter(({ name }) => name.startsWith('api')),
    start,
    kill,
    stop: (process) => {
      process.life.isPaused = true;
    },
    goOn: (process) => schedule.resume(process.life),
    onFatal,
  };
}

function surroundings(options: ProcessesOptions, { life, name }: Process): Surroundings {
  const { schedule, dice, cluster, parts, onStockOutage } = options;
  const skewMs = dice.whole(-options.skewMs, options.skewMs);
  const logger = options.loggerOf(name);
  return {
    ...options.connect(life),
    log: cluster.openFor(life, logger),
    clock: { nowMs: () => schedule.nowMs() + skewMs },
    ...{ dice, logger, parts, onStockOutage },
  };
}

function deadLife(name: string): Life {
  return { ...createLife(name), isDead: true };
}
