/**
 * The coordinator of one sale's rate under test: a clock that is set by hand, a storage that stays
 * when its memory is gone, and an ask of which a test says only what matters to it.
 */
import { adjustRate } from '../../edge/objects/adjust-rate.ts';
import {
  type Coordinator,
  createCoordinator,
  type RateAsk,
  type RateState,
} from '../../edge/objects/coordinator.ts';

const T = 1_000_000;
const quiet = { answered: 0, overloaded: 0, pressure: 0 };

export function openSaleRate(ratePerSecond = 1_000) {
  const clock = { ms: T };
  let stored: RateState | undefined;
  const start = (): Coordinator =>
    createCoordinator({
      clock: { nowMs: () => clock.ms },
      adjustRate,
      read: () => stored,
      write: (state) => {
        stored = structuredClone(state);
      },
    });
  let coordinator = start();
  return {
    clock,
    stored: () => stored,
    evict() {
      coordinator = start();
    },
    ask(shard: string, change: Partial<RateAsk> = {}) {
      return coordinator.ask({
        shard,
        holds: 0,
        arrived: 0,
        overMs: 1_000,
        version: 1,
        ratePerSecond,
        alone: false,
        pressure: quiet,
        ...change,
      });
    },
  };
}
