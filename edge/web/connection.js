/** @import { Label, Words } from './types.ts' */
/**
 * Says at the page's foot when the device has no network and when it has it again, over what is
 * shown, which stays. An answer of the shop ends it, whatever the device says of itself.
 */

/** Long enough to be read. */
const TOLD_MS = 4000;

/** @param {{ words(): Words | undefined }} parts */
export function createConnection({ words }) {
  /** @type {Extract<Label, 'offline' | 'reconnecting' | 'reconnected'> | undefined} */
  let state = navigator.onLine ? undefined : 'offline';
  let timer = 0;

  function draw() {
    const line = document.getElementById('connection');
    const told = state && words()?.label(state);
    if (line === null || line.textContent === (told ?? '')) return;
    line.textContent = told ?? '';
  }

  /** @param {typeof state} next */
  function become(next) {
    clearTimeout(timer);
    state = next;
    if (next === 'reconnected') timer = setTimeout(become, TOLD_MS);
    draw();
  }

  addEventListener('offline', () => become('offline'));
  addEventListener('online', () => state === 'offline' && become('reconnecting'));

  return {
    draw,
    isOffline: () => state === 'offline',
    /** The shop answered. */
    heard: () => state !== undefined && state !== 'reconnected' && become('reconnected'),
  };
}
