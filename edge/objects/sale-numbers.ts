/**
 * The Durable Object that keeps what the edge counted of one sale in one region, `<saleId>:<region
 * or all>`: sums, written with each addition, so that they never go back when it starts again. The
 * isolates come every other second; when very many do, each is asked to come less often.
 */
import { DurableObject } from 'cloudflare:workers';
import { systemClock } from '../../contract/clock.ts';
import { EDGE_NUMBERS_LIMITS, type EdgeCounts, noCounts } from '../../contract/edge-numbers.ts';
import { createCallCounter } from './call-counter.ts';
import { sumCounts } from './sum-counts.ts';

const STATE_KEY = 'counts';
/** Above so many calls a second, a third of what an object bears, isolates come more rarely. */
const MANY_CALLS = 150;
const TELL_SELDOM_MS = 5 * EDGE_NUMBERS_LIMITS.tellEveryMs;

export class SaleNumbers extends DurableObject {
  readonly #calls = createCallCounter();

  /** How long the isolate should count before it comes again. */
  add(counts: EdgeCounts): number {
    const nowMs = systemClock.nowMs();
    this.#calls.count(nowMs);
    this.ctx.storage.kv.put(STATE_KEY, sumCounts(this.read(), counts));
    const isCrowded = this.#calls.read(nowMs).present > MANY_CALLS;
    return isCrowded ? TELL_SELDOM_MS : EDGE_NUMBERS_LIMITS.tellEveryMs;
  }

  read(): EdgeCounts {
    return this.ctx.storage.kv.get<EdgeCounts>(STATE_KEY) ?? noCounts();
  }
}
