/**
 * The objects behind one sale's rate gate, without Durable Objects: shards that are made when they
 * are first asked, and their coordinator with its storage. A test may take the memory of any.
 */
import type { Clock } from '../../contract/clock.ts';
import {
  type AdjustRate,
  createCoordinator,
  type RateAsk,
  type RateState,
} from '../../edge/objects/coordinator.ts';
import type { Part } from '../../edge/objects/divide-rate.ts';
import { createShard, type Shard } from '../../edge/objects/shard.ts';
import type { Pausing } from '../../edge/waiting.ts';

interface RateObjectsNeeds extends Pausing {
  clock: Clock;
  /** What the coordinator makes of the configured rate; all of it unless said otherwise. */
  adjustRate?: AdjustRate | undefined;
  /** The way from a shard to the coordinator and back. */
  carry?: ((ask: RateAsk, deliver: () => Part) => Promise<Part>) | undefined;
}

export interface RateObjects {
  shard(name: string): Shard;
  /** What all shards really go by at this moment. */
  ratesInUse(): number;
  /** What the coordinator stored last. */
  stored(): RateState | undefined;
  coordinatorCalls(): number;
  /** All that the shards had in memory is gone. */
  evictShards(): void;
  /** The storage is kept. */
  evictCoordinator(): void;
}

export function createRateObjects(needs: RateObjectsNeeds): RateObjects {
  const { clock, pause, adjustRate = keepConfigured } = needs;
  const carry = needs.carry ?? (async (_ask: RateAsk, deliver: () => Part) => deliver());
  const shards = new Map<string, Shard>();
  let stored: RateState | undefined;
  let coordinatorCalls = 0;
  const startCoordinator = () =>
    createCoordinator({
      clock,
      adjustRate,
      read: () => stored,
      write: (state) => {
        stored = structuredClone(state);
      },
    });
  let coordinator = startCoordinator();

  function startShard(name: string): Shard {
    const askCoordinator = (ask: RateAsk) => {
      coordinatorCalls += 1;
      return carry(ask, () => coordinator.ask(ask));
    };
    const shard = createShard({ name, clock, pause, askCoordinator });
    shards.set(name, shard);
    return shard;
  }

  return {
    shard: (name) => shards.get(name) ?? startShard(name),
    ratesInUse() {
      let sum = 0;
      for (const shard of shards.values()) sum += shard.facts().tokensPerSecond;
      return sum;
    },
    stored: () => stored,
    coordinatorCalls: () => coordinatorCalls,
    evictShards: () => shards.clear(),
    evictCoordinator() {
      coordinator = startCoordinator();
    },
  };
}

const keepConfigured: AdjustRate = (_before, { configuredPerSecond, nowMs }) => ({
  ratePerSecond: configuredPerSecond,
  adjustedAtMs: nowMs,
});
