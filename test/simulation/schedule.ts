/**
 * Simulated time. All that happens is an event with a moment and an owner: the process in which it
 * happens, or none for what happens in a store or on a wire. One event runs at a time, with all
 * that follows from it without waiting; then the clock jumps to the next. While a schedule is
 * installed, the timers of the program under test are its events too. What a killed process still
 * had before it never happens; what a stopped one had happens when it goes on.
 */

/** One life of a process, from its start to its end. */
export interface Life {
  readonly name: string;
  isDead: boolean;
  isPaused: boolean;
  /** What waits for a stopped process to go on. */
  readonly held: Event[];
}

export interface Event {
  atMs: number;
  order: number;
  /** Undefined: nobody's process has to be alive for it. */
  readonly owner: Life | undefined;
  readonly run: () => void;
  isCancelled: boolean;
}

export interface Schedule {
  nowMs(): number;
  /** The process whose code runs just now. */
  owner(): Life | undefined;
  after(delayMs: number, owner: Life | undefined, run: () => void): Event;
  /** Runs all events of the next `spanMs`. */
  runFor(spanMs: number): Promise<void>;
  /** Runs `act` now, as the process's own code, and what follows without waiting. */
  actAs(owner: Life | undefined, act: () => void): Promise<void>;
  /** The stopped process goes on. */
  resume(life: Life): void;
  /** Puts the program's timers on this schedule; gives the function that puts them back. */
  install(): () => void;
  /** Events that ran, to tell a world that stands still from one that runs in circles. */
  count(): number;
}

/** More in one step is a loop that never waits. */
const MOST_EVENTS_A_RUN = 200_000;

const real = { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate };

export function createLife(name: string): Life {
  return { name, isDead: false, isPaused: false, held: [] };
}

export function createSchedule(startMs: number): Schedule {
  const events = createHeap();
  let nowMs = startMs;
  let order = 0;
  let count = 0;
  let running: Life | undefined;

  function after(delayMs: number, owner: Life | undefined, run: () => void): Event {
    order += 1;
    const atMs = nowMs + Math.max(0, delayMs);
    const event = { atMs, order, owner, run, isCancelled: false };
    events.push(event);
    return event;
  }

  async function actAs(owner: Life | undefined, act: () => void): Promise<void> {
    running = owner;
    act();
    await turnOfTheEventLoop();
    running = undefined;
  }

  async function runNext(event: Event): Promise<void> {
    nowMs = Math.max(nowMs, event.atMs);
    const { owner } = event;
    if (event.isCancelled || owner?.isDead) return;
    if (owner?.isPaused) {
      owner.held.push(event);
      return;
    }
    count += 1;
    await actAs(owner, event.run);
  }

  return {
    nowMs: () => Math.floor(nowMs),
    owner: () => running,
    after,
    actAs,
    async runFor(spanMs) {
      const untilMs = nowMs + spanMs;
      const before = count;
      for (let next = events.peek(); next !== undefined && next.atMs <= untilMs; ) {
        events.pop();
        await runNext(next);
        if (count - before > MOST_EVENTS_A_RUN) throw new Error('something runs without waiting');
        next = events.peek();
      }
      nowMs = untilMs;
    },
    resume(life) {
      life.isPaused = false;
      for (const event of life.held.splice(0)) {
        order += 1;
        events.push(Object.assign(event, { atMs: nowMs, order }));
      }
    },
    install: () => install(after, () => running),
    count: () => count,
  };
}

/** All promises that can go on have gone on by then. */
function turnOfTheEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    real.setImmediate(resolve);
  });
}

type After = Schedule['after'];

/** What the program under test gets for a timer: it may be unref'd, and cleared. */
interface TimerHandle {
  event: Event;
  isRepeating: boolean;
}

function install(after: After, owner: () => Life | undefined): () => void {
  function start(delayMs: number, run: () => void): object {
    const handle = { event: after(delayMs, owner(), run), isRepeating: false };
    return Object.assign(handle, { ref: () => handle, unref: () => handle });
  }
  function clear(handle: TimerHandle | undefined): void {
    if (handle === undefined || handle === null) return;
    handle.event.isCancelled = true;
    handle.isRepeating = false;
  }
  function every(delayMs: number, run: () => void): object {
    const handle = start(delayMs, tick) as TimerHandle;
    handle.isRepeating = true;
    function tick() {
      run();
      if (handle.isRepeating) handle.event = after(delayMs, owner(), tick);
    }
    return handle;
  }
  type Work = (...values: unknown[]) => void;
  Object.assign(globalThis, {
    setTimeout: (work: Work, delayMs = 0, ...values: unknown[]) =>
      start(delayMs, () => work(...values)),
    setInterval: (work: Work, delayMs = 0, ...values: unknown[]) =>
      every(delayMs, () => work(...values)),
    setImmediate: (work: Work, ...values: unknown[]) => start(0, () => work(...values)),
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
  });
  return () => void Object.assign(globalThis, real);
}

/** A binary heap: the earliest event, and of several the one that was made first. */
function createHeap() {
  const heap: Event[] = [];
  const isBefore = (left: Event, right: Event) =>
    left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);
  const get = (index: number) => heap[index] as Event;

  function up(from: number): void {
    for (let index = from; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (!isBefore(get(index), get(parent))) return;
      swap(index, parent);
      index = parent;
    }
  }
  function down(): void {
    for (let index = 0; ; ) {
      const left = 2 * index + 1;
      const right = left + 1;
      if (left >= heap.length) return;
      const child = right < heap.length && isBefore(get(right), get(left)) ? right : left;
      if (!isBefore(get(child), get(index))) return;
      swap(index, child);
      index = child;
    }
  }
  function swap(one: number, other: number): void {
    [heap[one], heap[other]] = [get(other), get(one)];
  }

  return {
    peek: () => heap[0],
    push(event: Event) {
      heap.push(event);
      up(heap.length - 1);
    },
    pop() {
      const last = heap.pop();
      if (last === undefined || heap.length === 0) return;
      heap[0] = last;
      down();
    },
  };
}
