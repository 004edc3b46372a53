/**
 * Sends events to the shop, signed as Standard Webhooks, at least once: an event leaves the file
 * only after the shop has answered 2xx. Also lets the clock do its part: late money comes, old
 * sessions go. Killed between an answer and its deletion, it sends that event again.
 */
import { Webhook } from 'standardwebhooks';
import type { Clock } from '../contract/clock.ts';
import type { Random } from '../contract/random.ts';
import type { Deliveries, Delivery } from './deliveries.ts';
import type { Sessions } from './sessions.ts';

/** How often the file is looked at without a cause: late money, events to be tried again. */
const LOOK_EVERY_MS = 500;
const SWEEP_EVERY_MS = 3_600_000;
/** Requests at one moment; what waits behind them waits in the file. */
const AT_ONCE = 16;
const ANSWER_LIMIT_MS = 5_000;
/** The pause doubles from the first to the longest; jitter takes up to half of it away. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** As real providers do: a shop that is away for three days learns the rest by asking. */
const GIVE_UP_AFTER_MS = 3 * 86_400_000;

export interface Sender {
  /** There is something new to send. */
  wake(): void;
  /** Lets what is being sent end. */
  stop(): Promise<void>;
}

export interface SenderOptions {
  sessions: Sessions;
  deliveries: Deliveries;
  eventsUrl: string;
  secret: string;
  clock: Clock;
  random: Random;
}

export function startSender(options: SenderOptions): Sender {
  const { sessions, deliveries, clock, random } = options;
  const post = createPost(options);
  let isStopped = false;
  let wake = () => {};
  let sweepAtMs = clock.nowMs();
  const running = run();

  async function run() {
    while (!isStopped) {
      takeTime();
      const due = deliveries.due(clock.nowMs(), AT_ONCE);
      await Promise.all(due.map(deliver));
      if (due.length === 0) await rest();
    }
  }

  function takeTime() {
    sessions.takeDueMoney();
    if (clock.nowMs() < sweepAtMs) return;
    sweepAtMs = clock.nowMs() + SWEEP_EVERY_MS;
    sessions.sweep();
  }

  async function deliver(delivery: Delivery) {
    const isTaken = await post(delivery);
    const nowMs = clock.nowMs();
    if (isTaken || nowMs - delivery.createdAtMs > GIVE_UP_AFTER_MS) {
      deliveries.remove(delivery.deliveryId);
    } else {
      const atMs = nowMs + pauseMs(delivery.tries, random.fraction());
      deliveries.tryAgain(delivery.deliveryId, atMs);
    }
  }

  function rest(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LOOK_EVERY_MS);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  return {
    wake: () => wake(),
    stop() {
      isStopped = true;
      wake();
      return running;
    },
  };
}

/** True when the shop took it; whatever else happens, it is tried again. */
function createPost({ eventsUrl, secret, clock }: SenderOptions) {
  const webhook = new Webhook(secret);
  return async ({ eventId, body }: Delivery): Promise<boolean> => {
    const nowMs = clock.nowMs();
    try {
      const response = await fetch(eventsUrl, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': eventId,
          'webhook-timestamp': String(Math.floor(nowMs / 1000)),
          'webhook-signature': webhook.sign(eventId, new Date(nowMs), body),
        },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  };
}

export function pauseMs(tries: number, fraction: number): number {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 30));
  return Math.round(longest * (1 - fraction / 2));
}
