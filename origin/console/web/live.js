/** @import { LiveFrame } from '../../../contract/console.ts' */
/** @import { Api, LinkState } from './types.ts' */
/**
 * Follows a sale: reads its stream event by event and connects again by itself, a little later each
 * time and never all at once. What was missed meanwhile is not asked for: each stream begins with
 * the whole state. A stream without a byte for a while is taken for lost.
 */

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;
/** Frames come once a second; several must be missing. */
const SILENCE_MS = 8_000;
/** Statuses after which asking again changes nothing. */
const FINAL = new Set([401, 403, 404]);

/**
 * @param {{ api: Api, saleId: string, onFrame(frame: LiveFrame, isFirst: boolean): void,
 *   onState(state: LinkState): void }} options
 * @returns {() => void} stops
 */
export function followSale({ api, saleId, onFrame, onState }) {
  const stopped = new AbortController();
  const path = `/operator/sales/${encodeURIComponent(saleId)}/live`;

  async function follow() {
    let waitMs = FIRST_WAIT_MS;
    while (!stopped.signal.aborted) {
      onState({ kind: 'connecting' });
      const cut = new AbortController();
      const opened = await api.open(path, AbortSignal.any([stopped.signal, cut.signal]));
      if (opened.kind === 'refused' && FINAL.has(opened.status)) {
        onState({ kind: 'refused', trouble: opened });
        return;
      }
      if (opened.kind === 'answered') {
        const frames = await readFrames(opened.value, cut);
        if (frames > 0) waitMs = FIRST_WAIT_MS;
      }
      await waitAloud(waitMs);
      waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
    }
  }

  /** @param {ReadableStream<Uint8Array>} stream @param {AbortController} cut */
  async function readFrames(stream, cut) {
    let frames = 0;
    let watchdog = setTimeout(() => cut.abort(), SILENCE_MS);
    try {
      for await (const event of eventsOf(stream)) {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => cut.abort(), SILENCE_MS);
        if (stopped.signal.aborted || event.name === 'end') break;
        if (event.name !== 'frame') continue;
        onState({ kind: 'live' });
        onFrame(JSON.parse(event.data), frames === 0);
        frames += 1;
      }
    } catch {
      // The line was cut; the caller connects again.
    }
    clearTimeout(watchdog);
    cut.abort();
    return frames;
  }

  /** @param {number} ms */
  async function waitAloud(ms) {
    for (let seconds = Math.ceil(ms / 1000); seconds > 0; seconds -= 1) {
      if (stopped.signal.aborted) return;
      onState({ kind: 'waiting', seconds });
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }

  void follow();
  return () => stopped.abort();
}

/**
 * The events of a stream as the HTML standard defines them, as far as the origin writes them: one
 * `event:` and one `data:` line each, ended by an empty line.
 * @param {ReadableStream<Uint8Array>} stream
 */
async function* eventsOf(stream) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) yield eventOf(block);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** @param {string} block */
function eventOf(block) {
  const fields = { name: 'message', data: '' };
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) fields.name = line.slice(6).trim();
    if (line.startsWith('data:')) fields.data += line.slice(5).trimStart();
  }
  return fields;
}
