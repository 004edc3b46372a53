/**
 * What happens at the payment provider: buyers pay on its pages, once, late or never, or are
 * refused. Its events are sent until somebody takes them, as a provider does for days; in between
 * they are lost, come twice and in any order.
 */
import type { FakeSession } from '../pay/fake-provider.ts';
import type { Buyers } from './buyers.ts';
import type { Requests } from './requests.ts';
import type { World } from './world.ts';

type What = 'paid' | 'failed' | 'cancelled';

export interface Money {
  /** A buyer does something on a provider's page. */
  act(): void;
  /** Events that nobody has taken yet. */
  untaken(): number;
}

const EVENT_MS = [1, 600] as const;
const SEND_AGAIN_MS = [500, 3_000] as const;
const LOST = 0.3;
const TWICE = 0.2;

export function createMoney(world: World, { pages }: Buyers, requests: Requests): Money {
  const { dice, schedule, provider, network } = world;
  let events = 0;
  let taken = 0;

  function send(paymentId: string, what: What): void {
    events += 1;
    const eventId = `event-${events}`;
    let isTaken = false;
    function attempt(): void {
      if (isTaken) return;
      const isCalm = network.faults.answerLost === 0;
      const isLost = !isCalm && dice.chance(LOST);
      if (!isLost) deliver();
      if (dice.chance(TWICE)) deliver();
      schedule.after(dice.whole(...SEND_AGAIN_MS), undefined, attempt);
    }
    function deliver(): void {
      requests.send({
        about: `${eventId}: ${paymentId} is ${what}`,
        ask: ({ payments }) =>
          payments.takeEvent('sandbox', provider.event(paymentId, what, eventId), schedule.nowMs()),
        told(reply) {
          if (isTaken || reply.kind !== 'taken') return;
          isTaken = true;
          taken += 1;
        },
      });
    }
    schedule.after(dice.whole(...EVENT_MS), undefined, attempt);
  }

  function visit(paymentId: string): void {
    const session: FakeSession = provider.session(paymentId);
    const { status } = session;
    const isOpen = status === 'open' || status === 'processing';
    if (isOpen && dice.chance(0.15)) {
      session.status = 'failed';
      world.tell(`the provider refuses ${paymentId}`);
      send(paymentId, 'failed');
    } else if (isOpen) {
      provider.pay(paymentId);
      world.tell(`money comes for ${paymentId}`);
      send(paymentId, 'paid');
    } else if (status !== 'paid' && dice.chance(0.3)) {
      provider.payAnyway(paymentId);
      world.tell(`money comes late for ${paymentId}`);
      send(paymentId, 'paid');
    }
  }

  return {
    act() {
      if (pages.length > 0) visit(dice.pick(pages));
    },
    untaken: () => events - taken,
  };
}
