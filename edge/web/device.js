/** @import { Memory } from './types.ts' */
/**
 * What the page takes from its device: a clock that nobody can set, chance, a memory and a token;
 * and its own parts that few need. Where storage is blocked the memory lasts as long as the page.
 */
import { loadRetryMs } from './schedule.js';

export const monotonicMs = () => performance.now();

export const fraction = () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;

/** `crypto.randomUUID` is missing where a phone reads the page over plain HTTP. */
export const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');

/** @param {number} ms */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A browser may keep a failure under its address, so each try has its own. @param {string} part */
export async function load(part) {
  for (let failures = 0; ; failures += 1) {
    try {
      return await import(`./${part}.js${failures === 0 ? '' : `?${failures}`}`);
    } catch {
      await sleep(loadRetryMs({ failures, retryAfterMs: undefined, fraction: fraction() }));
    }
  }
}

/** @returns {Memory} */
export function createMemory() {
  /** @type {Map<string, string>} */
  const untilReload = new Map();
  return {
    read(name) {
      try {
        return (
          JSON.parse(localStorage.getItem(name) ?? untilReload.get(name) ?? 'null') ?? undefined
        );
      } catch {
        return undefined;
      }
    },
    write(name, value) {
      const text = JSON.stringify(value ?? null);
      untilReload.set(name, text);
      try {
        localStorage.setItem(name, text);
      } catch {
        // `untilReload` has it.
      }
    },
  };
}

const TOKEN = 'sluice:token';
/** @type {string | null | undefined} */
let token;

/** Undefined: a guest. */
export function readToken() {
  try {
    token ??= sessionStorage.getItem(TOKEN);
  } catch {
    // Blocked: it lasts until the page is left.
  }
  return token ?? undefined;
}

export function forgetToken() {
  token = undefined;
  try {
    sessionStorage.removeItem(TOKEN);
  } catch {}
}

/**
 * Takes the `#token=…` of the shop's link off the address bar at once. Kept for this tab only: a
 * key must not stay on a device that others use too.
 */
export function takeToken() {
  const [, brought] = /^#token=([\w.~+/=-]+)$/.exec(location.hash) ?? [];
  // A link to the page that is open loads nothing.
  addEventListener('hashchange', () => /^#token=/.test(location.hash) && location.reload(), {
    once: true,
  });
  if (brought === undefined) return;
  token = brought;
  history.replaceState(history.state, '', location.pathname + location.search);
  try {
    sessionStorage.setItem(TOKEN, brought);
  } catch {}
}
