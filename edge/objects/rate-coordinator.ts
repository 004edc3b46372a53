/**
 * The Durable Object around the coordinator of one sale's rate, named by the sale's id. Its whole
 * state is one value in its storage, written with each answer; the runtime holds the answer back
 * until the write is safe, so no shard ever has a part that a new start knows nothing of.
 */
import { DurableObject } from 'cloudflare:workers';
import { systemClock } from '../../contract/clock.ts';
import type { PresentRate } from '../numbers.ts';
import { adjustRate } from './adjust-rate.ts';
import {
  type Coordinator,
  createCoordinator,
  type RateAsk,
  type RateState,
} from './coordinator.ts';
import type { Part } from './divide-rate.ts';

const STATE_KEY = 'state';

export class RateCoordinator extends DurableObject {
  readonly #coordinator: Coordinator = createCoordinator({
    clock: systemClock,
    adjustRate,
    read: () => this.ctx.storage.kv.get<RateState>(STATE_KEY),
    write: (state) => this.ctx.storage.kv.put(STATE_KEY, state),
  });

  ask(ask: RateAsk): Part {
    return this.#coordinator.ask(ask);
  }

  /** For who watches the sale; undefined while nobody has asked. */
  rate(): PresentRate | undefined {
    const state = this.ctx.storage.kv.get<RateState>(STATE_KEY);
    if (state === undefined) return undefined;
    const { configuredPerSecond, adjusted } = state;
    return { configuredPerSecond, currentPerSecond: adjusted.ratePerSecond };
  }
}
