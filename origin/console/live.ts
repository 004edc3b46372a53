/**
 * The live numbers of a sale, pushed to whoever watches it: one reading a second a sale, however
 * many watch. Nothing is kept for a watcher who reads slowly: a frame that finds the last one still
 * unread is left out. When the process drains, every stream is told so and ends, since the server
 * waits for them.
 */
import type { LiveEnd, LiveFrame } from '../../contract/console.ts';
import { type Repeating, repeatEvery } from '../timer.ts';
import { changedPoints } from './curve-changes.ts';

/**
 * Streams of a process: as many as operators watch a sale together. Each costs a socket and a few
 * kB a second; a loop that opens them must not take the process from buyers.
 */
export const MAX_STREAMS = 20;
/** What a person can follow; faster numbers only flicker. */
export const FRAME_EVERY_MS = 1_000;

/** Undefined: there is no such sale. Its curve is the whole one. */
export type ReadFrame = (saleId: string) => Promise<LiveFrame | undefined>;

export interface Live {
  /** Server-sent events; undefined when too many watch already, or the process drains. */
  watch(saleId: string): ReadableStream<Uint8Array> | undefined;
  /** How many watch. */
  readonly streams: number;
  /** Ends every stream. */
  close(): void;
}

export interface LiveOptions {
  read: ReadFrame;
  /** Told of a reading that failed; the streams go on. */
  failed(error: unknown): void;
  everyMs?: number;
}

interface Watcher {
  saleId: string;
  controller: ReadableStreamDefaultController<Uint8Array>;
  /** What it has of the curve, by second. */
  curve: ReadonlyMap<number, number>;
}

const encoder = new TextEncoder();

export function createLive({ read, failed, everyMs = FRAME_EVERY_MS }: LiveOptions): Live {
  const watchers = new Set<Watcher>();
  let ticking: Repeating | undefined;
  let closed = false;

  function leave(watcher: Watcher): void {
    watchers.delete(watcher);
    if (watchers.size > 0) return;
    void ticking?.stop();
    ticking = undefined;
  }

  function end(watcher: Watcher, reason: LiveEnd['reason']): void {
    const told: LiveEnd = { reason };
    watcher.controller.enqueue(eventOf('end', told));
    watcher.controller.close();
    leave(watcher);
  }

  async function show(saleId: string): Promise<void> {
    // Whoever comes during the reading gets it as well.
    const watching = () => [...watchers].filter((watcher) => watcher.saleId === saleId);
    try {
      const frame = await read(saleId);
      for (const watcher of watching()) {
        if (frame === undefined) end(watcher, 'unknown-sale');
        else tell(watcher, frame);
      }
    } catch (error) {
      failed(error);
      for (const { controller } of watching()) say(controller, eventOf('ping', {}));
    }
  }

  async function tick(): Promise<void> {
    const sales = new Set(Array.from(watchers, ({ saleId }) => saleId));
    await Promise.all(Array.from(sales, show));
  }

  return {
    watch(saleId) {
      if (closed || watchers.size >= MAX_STREAMS) return undefined;
      const isFirst = ![...watchers].some((watcher) => watcher.saleId === saleId);
      let watcher: Watcher;
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          watcher = { saleId, controller, curve: new Map() };
          watchers.add(watcher);
          if (ticking === undefined) ticking = repeatEvery(everyMs, tick);
        },
        cancel: () => leave(watcher),
      });
      if (isFirst) void show(saleId);
      return stream;
    },
    get streams() {
      return watchers.size;
    },
    close() {
      closed = true;
      for (const watcher of watchers) end(watcher, 'draining');
    },
  };
}

/** A frame that is left out takes nothing from the next one: it has all that changed since. */
function tell(watcher: Watcher, frame: LiveFrame): void {
  // Without a board nothing is known of the curve, and what was told of it stands.
  const { changed, curve } =
    frame.top === null
      ? { changed: [], curve: watcher.curve }
      : changedPoints(watcher.curve, frame.curve);
  if (say(watcher.controller, eventOf('frame', { ...frame, curve: changed }))) {
    watcher.curve = curve;
  }
}

/** False when what was said before is still unread. */
function say(controller: ReadableStreamDefaultController<Uint8Array>, event: Uint8Array): boolean {
  if ((controller.desiredSize ?? 0) <= 0) return false;
  controller.enqueue(event);
  return true;
}

function eventOf(name: 'frame' | 'ping' | 'end', data: unknown): Uint8Array {
  return encoder.encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}
