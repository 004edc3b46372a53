/**
 * A simulated world: its clock, wires, stores, processes, edge and payment provider, all made from
 * one seed. It knows everything at every moment, and keeps the story of what happened.
 */
import type { StockLedger } from '../../origin/admit/stock.ts';
import type { Logger } from '../../origin/logger.ts';
import { createFakeProvider, type FakeProvider } from '../pay/fake-provider.ts';
import type { Parts } from './bugs/bug.ts';
import { createDice, type Dice } from './dice.ts';
import { createDoubt, type Doubt } from './doubt.ts';
import { createEdge, type Edge } from './edge.ts';
import { createHistory, type History } from './history.ts';
import { createLogCluster, type LogCluster } from './log-cluster.ts';
import { createLossyStock, type LossyStock } from './lossy-stock.ts';
import { createNetwork, type Network } from './network.ts';
import { createProcesses, type Processes } from './processes.ts';
import { createScenario, type Scenario } from './scenario.ts';
import { createSchedule, type Schedule } from './schedule.ts';
import type { createStores, Stores } from './stores.ts';
import { connect } from './wires.ts';

export const SALE_ID = 'phone';
/** 2026, so that times look like times. */
const BEGINS_AT_MS = 1_790_000_000_000;
const EDGES = 2;
/** Lines of the story that are kept. */
const STORY_LINES = 400;

export interface HandedOut {
  epoch: number;
  quantity: number;
}

export interface World {
  seed: number;
  scenario: Scenario;
  dice: Dice;
  schedule: Schedule;
  network: Network;
  stores: Stores;
  lossy: LossyStock;
  doubt: Doubt;
  cluster: LogCluster;
  provider: FakeProvider;
  processes: Processes;
  edges: readonly Edge[];
  history: History;
  buyers: readonly string[];
  /** By order id: what the stock store ever handed out. */
  handedOut: ReadonlyMap<string, HandedOut>;
  /** The first thing that went wrong. */
  failure(): string | undefined;
  complain(text: string): void;
  tell(line: string): void;
  story(): readonly string[];
  close(): void;
}

export type Kept = Awaited<ReturnType<typeof createStores>>;

export interface WorldOptions {
  seed: number;
  parts: Parts;
  kept: Kept;
  onLine?(line: string): void;
}

export function createWorld({ seed, parts, kept, onLine }: WorldOptions): World {
  const scenario = createScenario(seed);
  const schedule = createSchedule(BEGINS_AT_MS);
  const dice = (name: string) => createDice(seed, name);
  const clock = { nowMs: schedule.nowMs };
  kept.reset({ clock, random: dice('book').random });
  const uninstall = schedule.install();

  const story: string[] = [];
  let failure: string | undefined;
  function tell(text: string): void {
    const seconds = ((schedule.nowMs() - BEGINS_AT_MS) / 1000).toFixed(3).padStart(7);
    const line = `${seconds} s  ${text}`;
    onLine?.(line);
    story.push(line);
    if (story.length > STORY_LINES) story.shift();
  }
  function complain(text: string): void {
    failure ??= text;
    tell(`!!! ${text}`);
  }

  const { stores } = kept;
  const network = createNetwork({ schedule, dice: dice('network') });
  const lossy = createLossyStock({ ...stores, stock: parts.stockOver(stores.stock, stores) });
  const handedOut = new Map<string, HandedOut>();
  const provider = createFakeProvider();
  const reached = {
    book: parts.bookOver(stores.book, stores),
    stock: watchReserve(lossy.stock, handedOut),
    leases: stores.leases,
    provider: provider.provider,
  };
  const { partitions, lanes } = scenario;
  const cluster = createLogCluster({
    ...{ schedule, network, dice: dice('log'), partitions, lanes },
    onFatal: (life, error) => processes.onFatal(life, error),
  });
  const wiring = { network, dice: dice('wires'), stores: reached };
  const processes = createProcesses({
    ...{ schedule, parts, tell, complain, cluster },
    dice: dice('processes'),
    skewMs: scenario.skewMs,
    onStockOutage: scenario.onStockOutage,
    connect: (life) => connect(life, wiring),
    loggerOf: (name) => tellingLogger(name, tell),
  });

  return {
    ...{ seed, scenario, schedule, network, stores, lossy, cluster, provider, processes },
    ...{ handedOut, complain, tell, doubt: createDoubt(lossy, schedule.nowMs) },
    dice: dice('steps'),
    edges: Array.from({ length: EDGES }, () => createEdge(complain)),
    history: createHistory(),
    buyers: Array.from({ length: scenario.buyers }, (_, index) => `buyer-${index + 1}`),
    failure: () => failure,
    story: () => story,
    close: uninstall,
  };
}

/** Notes what is handed out at the moment that it is, whoever hears of it. */
function watchReserve(stock: StockLedger, handedOut: Map<string, HandedOut>): StockLedger {
  return new Proxy(stock, {
    get(target, name) {
      if (name !== 'reserve') return Reflect.get(target, name);
      const reserve: StockLedger['reserve'] = async (call) => {
        const reply = await target.reserve(call);
        if (reply.kind === 'done') {
          reply.verdicts.forEach((verdict, index) => {
            const request = call.requests[index];
            if (verdict.kind !== 'reserved' || request === undefined) return;
            handedOut.set(request.orderId, { epoch: call.epoch, quantity: request.quantity });
          });
        }
        return reply;
      };
      return reserve;
    },
  });
}

function tellingLogger(name: string, tell: (line: string) => void): Logger {
  const at = (level: string) => (data: unknown, text?: string) => {
    const error: unknown = typeof data === 'object' && data !== null && Reflect.get(data, 'error');
    const reason = error instanceof Error ? ` (${error.message})` : '';
    tell(`${name} ${level}: ${text ?? String(data)}${reason}`);
  };
  const quiet = () => {};
  const levels = { info: at('info'), warn: at('warn'), error: at('error'), debug: quiet };
  return levels as unknown as Logger;
}
