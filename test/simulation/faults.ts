/**
 * What goes wrong in a simulated world, and how all of it ends: processes are killed, stopped for
 * longer than their leases and sessions, stores are cut off, the stock store loses what it holds.
 */

import { NO_FAULTS, STORES } from './network.ts';
import { FAULT_NAMES, type FaultName } from './scenario.ts';
import type { World } from './world.ts';

export interface FaultMaker {
  /** One fault, or the end of one. */
  act(): Promise<void>;
  /** No faults any more: everything runs and answers. */
  end(): void;
}

/** How much of what the stock store did is lost, at most. */
const MOST_LOST = 0.4;
const MOST_LOST_BY_POWER = 0.1;

export function createFaults(world: World): FaultMaker {
  const { dice, network, processes, scenario, tell } = world;
  const begin: Record<FaultName, () => void | Promise<void>> = {
    ...createProcessFaults(world),
    ...createStockFaults(world),
  };

  return {
    async act() {
      const weights = FAULT_NAMES.map((name) => [name, scenario.weights[name]] as const);
      const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
      // Faults end about as often as they begin, so that most of the world mostly runs.
      if (total === 0 || dice.chance(0.55)) endOne(world);
      else await begin[dice.pickBy(weights)]();
    },
    end() {
      tell('all faults end');
      network.faults = NO_FAULTS;
      network.away.clear();
      for (const process of processes.all) {
        if (process.life.isDead) processes.start(process);
        if (process.life.isPaused) processes.goOn(process);
      }
    },
  };
}

function createProcessFaults({ dice, network, processes, cluster, scenario, tell }: World) {
  return {
    kill() {
      const process = dice.pick(processes.all);
      if (process.life.isDead) return;
      tell(`${process.name} is killed`);
      processes.kill(process);
    },
    stop() {
      const process = dice.pick(processes.all);
      if (process.life.isDead || process.life.isPaused) return;
      tell(`${process.name} is stopped`);
      processes.stop(process);
    },
    'cut-off'() {
      const often = scenario.onStockOutage === 'draw' ? 'stock' : 'log';
      const store = dice.chance(0.4) ? often : dice.pick(STORES);
      tell(`${store} is away`);
      network.away.add(store);
    },
    'wild-network'() {
      network.faults = network.faults === NO_FAULTS ? scenario.wildNetwork : NO_FAULTS;
    },
    rebalance() {
      tell('the group is rebalanced');
      cluster.rebalance();
    },
  };
}

function createStockFaults({ dice, processes, lossy, tell }: World) {
  return {
    async wipe() {
      tell('the stock store loses everything');
      await lossy.wipe();
    },
    async 'lose-tail'() {
      const lost = await lossy.loseTail(dice.fraction() * MOST_LOST);
      tell(`the stock store loses its last ${lost} writes`);
    },
    'restart-stock'() {
      tell('the stock store is another server');
      lossy.restart();
    },
    async 'power-cut'() {
      for (const process of processes.all) processes.kill(process);
      const lost = await lossy.loseTail(dice.fraction() * MOST_LOST_BY_POWER);
      tell(`the power is cut: all processes die, the stock store loses ${lost} writes`);
      for (const process of processes.all) if (dice.chance(0.7)) processes.start(process);
    },
  };
}

function endOne({ dice, network, processes, tell }: World): void {
  const stores = [...network.away];
  if (stores.length > 0 && dice.chance(0.5)) {
    const store = dice.pick(stores);
    tell(`${store} is back`);
    network.away.delete(store);
    return;
  }
  const process = dice.pick(processes.all);
  if (process.life.isDead) {
    tell(`${process.name} is started`);
    processes.start(process);
  } else if (process.life.isPaused) {
    tell(`${process.name} goes on`);
    processes.goOn(process);
  }
}
