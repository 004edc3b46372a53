/**
 * The notify role: collects notices from the results and sends those that are due, a limited number
 * at once, in order for each order. What is under way outlives a round, so a slow shop holds up
 * neither the lease nor the notices of other orders; all that waits, waits in the book. An attempt
 * whose outcome is not noted (the process dies, the lease is lost) is made again under the same id,
 * which is how the shop tells them apart.
 */
import { createPatience } from '../lease/patience.ts';
import { collectNotices } from './collect.ts';
import { FORGET_BATCH, forgetDelivered } from './deliveries.ts';
import { createSender, type SenderOptions } from './sender.ts';

export const NOTIFY_EVERY_MS = 100;
/** Turns of a round, each at most this long, so that the lease is renewed in time. */
const TURNS_A_ROUND = 50;
const WAIT_MS = 50;
/** Old notices are looked for every so many rounds, about once a minute. */
const FORGET_ROUNDS = 600;

export interface NotifyOptions extends SenderOptions {
  /** Told how many results of a sale are still to be collected. */
  observeBehind(saleId: string, behind: number): void;
}

export interface Notify {
  /** For startSingleton; never throws. */
  round(mayGoOn: () => boolean): Promise<void>;
  /** Call it after the last round: ends what is under way and notes what came of it. */
  close(): Promise<void>;
}

export function createNotify(options: NotifyOptions): Notify {
  const { book, logger, observeBehind } = options;
  const patience = createPatience(logger, 'no notices are collected or sent');
  const sender = createSender(options);
  let rounds = 0;
  let moreToForget = false;

  async function forgetSome(): Promise<void> {
    if (!moreToForget && rounds % FORGET_ROUNDS !== 0) return;
    moreToForget = (await forgetDelivered(book)) === FORGET_BATCH;
  }

  return {
    async round(mayGoOn) {
      if (!patience.mayTry()) return;
      try {
        await forgetSome();
        rounds += 1;
        await collectNotices({ book, mayGoOn, observeBehind });
        for (let turn = 0; turn < TURNS_A_ROUND && mayGoOn(); turn += 1) {
          if ((await sender.turn(mayGoOn)) === 'nothing new') break;
          await sender.wait(WAIT_MS);
        }
        patience.succeeded();
      } catch (error) {
        patience.failed(error);
      }
    },
    close: sender.close,
  };
}
