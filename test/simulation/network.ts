/**
 * The wires between processes and stores. Every call takes time both ways; it may be lost on the
 * way there, lose its answer on the way back, be carried out long after its caller gave up, or
 * twice. Whom a call came from need not be alive when the store carries it out, unless the call is
 * a conversation (a transaction): that dies with its process.
 */
import type { Dice } from './dice.ts';
import type { Life, Schedule } from './schedule.ts';

export const STORES = ['stock', 'book', 'log', 'lease', 'provider'] as const;
export type StoreName = (typeof STORES)[number];

/** How a call goes wrong; each is a chance, 0 to 1. */
export interface Faults {
  requestLost: number;
  answerLost: number;
  /** Carried out after the caller was told that it failed. */
  late: number;
  /** Sent again after a reconnect, though it was carried out before. */
  twice: number;
  slow: number;
}

export const NO_FAULTS: Faults = { requestLost: 0, answerLost: 0, late: 0, twice: 0, slow: 0 };

/** What a caller is told when there is no answer. */
export class NoAnswerError extends Error {
  readonly code = 'no-answer';
}

export interface Call<Value> {
  life: Life;
  store: StoreName;
  /** Called when the request arrives; its effect is there at once. */
  carryOut(): Value | Promise<Value>;
  /** A conversation: nothing happens when the process has died before it arrives. */
  needsLife?: boolean;
  /** The client sends it again after a reconnect. */
  isRepeated?: boolean;
  /** Makes the error that the client's library would throw. */
  toError?(reason: string): Error;
}

export interface Network {
  faults: Faults;
  /** Stores that nobody reaches. */
  readonly away: Set<StoreName>;
  call<Value>(call: Call<Value>): Promise<Value>;
  /** How long something takes to arrive. */
  delayMs(): number;
}

/** A packet's way, in ms. */
const FAST_MS = [1, 15] as const;
const SLOW_MS = [50, 1_500] as const;
/** How long it takes until a client knows that there will be no answer. */
const GIVE_UP_MS = [5, 2_000] as const;
/** How much later than that a late call is carried out. */
const LATE_MS = [1, 4_000] as const;

export function createNetwork({ schedule, dice }: { schedule: Schedule; dice: Dice }): Network {
  /** When the last call of a process to a store arrives: they do not overtake each other. */
  const arrivals = new WeakMap<Life, Map<StoreName, number>>();

  function arriveInMs({ life, store }: Call<unknown>): number {
    const known = arrivals.get(life) ?? new Map<StoreName, number>();
    arrivals.set(life, known);
    const atMs = Math.max(schedule.nowMs() + network.delayMs(), known.get(store) ?? 0);
    known.set(store, atMs);
    return atMs - schedule.nowMs();
  }

  const network: Network = {
    faults: NO_FAULTS,
    away: new Set<StoreName>(),
    delayMs() {
      const [least, most] = dice.chance(network.faults.slow) ? SLOW_MS : FAST_MS;
      return dice.whole(least, most);
    },
    call: (call) =>
      new Promise((resolve, reject) => {
        if (call.life.isDead) return;
        const settled = (outcome: PromiseSettledResult<unknown>) =>
          outcome.status === 'fulfilled' ? resolve(outcome.value as never) : reject(outcome.reason);
        send({ schedule, dice, network }, { call, inMs: arriveInMs(call), settled });
      }),
  };
  return network;
}

interface Wire {
  schedule: Schedule;
  dice: Dice;
  network: Network;
}

interface Sent {
  call: Call<unknown>;
  /** When it arrives. */
  inMs: number;
  settled(outcome: PromiseSettledResult<unknown>): void;
}

/** One call on its way, with its fate. */
function send({ schedule, dice, network }: Wire, { call, inMs, settled }: Sent): void {
  const { life, store, needsLife = false } = call;
  const owner = needsLife ? life : undefined;

  function fail(reason: string, afterMs = dice.whole(...GIVE_UP_MS)): void {
    const text = `${store}: ${reason}`;
    const error = call.toError?.(text) ?? new NoAnswerError(text);
    schedule.after(afterMs, life, () => settled({ status: 'rejected', reason: error }));
  }
  function answer(outcome: PromiseSettledResult<unknown>): void {
    schedule.after(network.delayMs(), life, () => settled(outcome));
  }
  function arrive(afterMs: number, then: (outcome: PromiseSettledResult<unknown>) => void): void {
    schedule.after(afterMs, owner, () => {
      if (network.away.has(store)) fail('away', 1);
      else void settle(call.carryOut).then(then);
    });
  }

  switch (network.away.has(store) ? 'requestLost' : throwFate(network.faults, dice, call)) {
    case 'requestLost':
      fail('the request was lost');
      break;
    case 'answerLost':
      arrive(inMs, () => fail('the answer was lost'));
      break;
    case 'late': {
      const gaveUpMs = dice.whole(...GIVE_UP_MS);
      fail('no answer in time', gaveUpMs);
      arrive(gaveUpMs + dice.whole(...LATE_MS), () => {});
      break;
    }
    case 'twice':
      arrive(inMs, () => {});
      arrive(inMs + network.delayMs(), answer);
      break;
    case 'good':
      arrive(inMs, answer);
  }
}

type Fate = Exclude<keyof Faults, 'slow'> | 'good';

function throwFate(faults: Faults, dice: Dice, { isRepeated = false }: Call<unknown>): Fate {
  const { requestLost, answerLost, late, twice } = faults;
  const bad = requestLost + answerLost + late + twice;
  if (bad === 0) return 'good';
  return dice.pickBy<Fate>([
    ['requestLost', requestLost],
    ['answerLost', answerLost],
    ['late', late],
    ['twice', isRepeated ? twice : 0],
    ['good', Math.max(0, 1 - bad)],
  ]);
}

/** Carries it out now; a throw is an outcome as a rejection is. */
async function settle<Value>(
  work: () => Value | Promise<Value>,
): Promise<PromiseSettledResult<Value>> {
  try {
    return { status: 'fulfilled', value: await work() };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}
