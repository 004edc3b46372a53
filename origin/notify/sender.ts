/**
 * Sends notices that are due, MAX_IN_FLIGHT at once: no more than twice as many are ever in memory,
 * however many wait in the book. One transaction notes what came back and reads what is due by
 * then. A notice is held from its start until its outcome is noted, so it is not started twice.
 */
import type { Random } from '../../contract/random.ts';
import { failpoint } from '../failpoints.ts';
import { createPatience } from '../lease/patience.ts';
import type { Logger } from '../logger.ts';
import type { OrderBook } from '../settle/book.ts';
import { pause } from '../timer.ts';
import { type PostDelivery, tracePosts } from '../trace/notice-spans.ts';
import type { Tracer } from '../trace/tracer.ts';
import { type DueDelivery, type Judged, takeTurn } from './deliveries.ts';
import { judgeAttempt, type Verdict } from './judge-attempt.ts';
import { createPostNotice, type Shop } from './post-notice.ts';

/** Requests to the shop at once: kind to a small one, and 1,600/s to one that takes 20 ms. */
export const MAX_IN_FLIGHT = 32;
/** What attempts under way get when the process stops, before they are broken off. */
const STOP_GRACE_MS = 1_000;

export interface SenderOptions {
  book: OrderBook;
  shop: Shop;
  fetch: typeof globalThis.fetch;
  random: Random;
  logger: Logger;
  /** Told of each attempt once it is noted. */
  observe(outcome: Verdict['kind']): void;
  /** Where traces are sent. */
  tracer?: Tracer | undefined;
}

export interface Sender {
  /** Notes what came back and starts what is due. */
  turn(mayGoOn: () => boolean): Promise<'went on' | 'nothing new'>;
  /** Until something comes back, or so long. */
  wait(atMostMs: number): Promise<void>;
  close(): Promise<void>;
}

export function createSender(options: SenderOptions): Sender {
  const { book, logger, random, shop, tracer } = options;
  const plain = createPostNotice(shop, options.fetch);
  const post: PostDelivery = tracer === undefined ? plain : tracePosts(plain, tracer, shop.url);
  const shopOutage = createPatience(logger, 'the shop does not take notices');
  const stopping = new AbortController();
  /** By delivery id. */
  const held = new Map<string, Promise<void>>();
  let finished: Judged[] = [];

  /** Never rejects. */
  async function attempt(delivery: DueDelivery, nowMs: number): Promise<void> {
    const outcome = await post(delivery, { nowMs, signal: stopping.signal });
    try {
      failpoint('notify.after-send');
    } catch {
      // As after a death in this place: the outcome is lost, and nothing is under way any more.
      held.delete(delivery.deliveryId);
      return;
    }
    // Broken off by this process: whether the shop took it is not known, so nothing is noted.
    if (stopping.signal.aborted && outcome.kind === 'failed') return;
    if (outcome.kind === 'failed') shopOutage.failed(new Error(outcome.error));
    else shopOutage.succeeded();
    finished.push({ delivery, judge: (atMs) => judgeAttempt(outcome, delivery, atMs, random) });
  }

  async function note(): Promise<{ noted: number; nowMs: number; due: DueDelivery[] }> {
    const judged = finished.slice();
    // Those under way are due as well, so twice as many are read as may be started.
    const { verdicts, nowMs, due } = await takeTurn(book, { judged, limit: 2 * MAX_IN_FLIGHT });
    finished = finished.slice(judged.length);
    for (const { delivery } of judged) held.delete(delivery.deliveryId);
    tell(options, judged, verdicts);
    return { noted: judged.length, nowMs, due };
  }

  return {
    async turn(mayGoOn) {
      const { noted, nowMs, due } = await note();
      let started = 0;
      for (const delivery of due) {
        if (held.size >= MAX_IN_FLIGHT || !mayGoOn()) break;
        if (held.has(delivery.deliveryId)) continue;
        held.set(delivery.deliveryId, attempt(delivery, nowMs));
        started += 1;
      }
      return noted + started > 0 ? 'went on' : 'nothing new';
    },
    async wait(atMostMs) {
      if (held.size === 0 || finished.length > 0) return;
      await within(atMostMs, Promise.race(held.values()));
    },
    async close() {
      const all = Promise.all(held.values());
      await within(STOP_GRACE_MS, all);
      stopping.abort();
      await all;
      if (finished.length === 0) return;
      await note().catch((error: unknown) => logger.warn({ error }, 'attempts were not noted'));
    },
  };
}

function tell(
  { logger, observe }: SenderOptions,
  judged: readonly Judged[],
  verdicts: readonly Verdict[],
): void {
  for (const [index, verdict] of verdicts.entries()) {
    observe(verdict.kind);
    if (verdict.kind !== 'dead') continue;
    const deliveryId = judged[index]?.delivery.deliveryId;
    logger.error({ deliveryId, ...verdict }, 'a notice is given up');
  }
}

async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  const waiting = new AbortController();
  await Promise.race([work, pause(limitMs, waiting.signal)]);
  waiting.abort();
}
