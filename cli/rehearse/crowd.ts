/**
 * Sends the crowd by its schedule and watches some of the accepted orders until they are reserved.
 * A click's time runs from when it was due, not from when it could be sent, so that waiting for a
 * connection counts. What is due while too many are under way is not sent and counted so: the
 * memory of this process is bounded, and the report says that the schedule was not kept.
 */
import { pause } from '../../origin/timer.ts';
import type { Answer, Buyers } from './buyers.ts';

/** Some kB each. */
const MOST_UNDER_WAY = 20_000;
/** Orders that are asked after begin at most so often: a page's polling, in small. */
const WATCH_EVERY_MS = 50;
const WATCHED_FOR_MS = 30_000;
/** Within what the edge lets one buyer ask: at once a few times, then four times a second. */
const ASK_AFTER_MS = [20, 40, 80, 160, 250];
/** Stands in an order's way for long enough that a timer need not be more exact. */
const LEAST_WAIT_MS = 1;

export interface Clicked {
  /** From the start, as planned. */
  dueMs: number;
  /** By how much it was sent later than that. */
  lateMs: number;
  /** From when it was due to the whole answer. */
  answerMs: number;
  outcome: string;
}

export interface CrowdOptions {
  dueMs: Float64Array;
  buyers: Pick<Buyers, 'order' | 'stateOf'>;
  /** By a clock that nobody sets. */
  steadyMs(): number;
  signal: AbortSignal;
  clicked(click: Clicked): void;
  /** An order that was watched became reserved so long after its click was due. */
  reserved(order: { dueMs: number; afterMs: number }): void;
}

/** Resolves when every click that was sent has its answer, and each watched order its end. */
export async function sendCrowd(options: CrowdOptions): Promise<void> {
  const { dueMs, buyers, steadyMs, signal, clicked } = options;
  const startedAtMs = steadyMs();
  const underWay = new Set<Promise<void>>();
  const watched: Promise<void>[] = [];
  let watchedAtMs = Number.NEGATIVE_INFINITY;

  async function click(buyer: number, due: number): Promise<void> {
    const lateMs = steadyMs() - startedAtMs - due;
    const answer = await buyers.order(buyer);
    const atMs = steadyMs() - startedAtMs;
    clicked({ dueMs: due, lateMs, answerMs: atMs - due, outcome: answer.outcome });
    if (answer.outcome !== 'accepted' || atMs - watchedAtMs < WATCH_EVERY_MS) return;
    watchedAtMs = atMs;
    watched.push(watch(options, { buyer, due, answer, startedAtMs }));
  }

  for (let next = 0; next < dueMs.length && !signal.aborted; ) {
    const elapsedMs = steadyMs() - startedAtMs;
    for (; next < dueMs.length && (dueMs[next] ?? 0) <= elapsedMs; next += 1) {
      const due = dueMs[next] ?? 0;
      if (underWay.size >= MOST_UNDER_WAY) {
        clicked({ dueMs: due, lateMs: elapsedMs - due, answerMs: 0, outcome: 'unsent' });
        continue;
      }
      const sent: Promise<void> = click(next, due).finally(() => underWay.delete(sent));
      underWay.add(sent);
    }
    await pause(Math.max(LEAST_WAIT_MS, (dueMs[next] ?? 0) - elapsedMs), signal);
  }
  await Promise.all(underWay);
  await Promise.all(watched);
}

interface Watched {
  buyer: number;
  due: number;
  answer: Answer;
  startedAtMs: number;
}

async function watch(
  { buyers, steadyMs, signal, reserved }: CrowdOptions,
  { buyer, due, answer, startedAtMs }: Watched,
): Promise<void> {
  const sinceDueMs = () => steadyMs() - startedAtMs - due;
  let { state } = answer;
  for (let asked = 0; !signal.aborted && sinceDueMs() < WATCHED_FOR_MS; asked += 1) {
    if (state === 'reserved') return reserved({ dueMs: due, afterMs: sinceDueMs() });
    if (state === 'rejected') return;
    await pause(ASK_AFTER_MS[Math.min(asked, ASK_AFTER_MS.length - 1)] ?? 0, signal);
    state = await buyers.stateOf(buyer);
  }
}
