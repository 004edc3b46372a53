// @ts-check
/** @import { Memory } from './types.ts' */
/**
 * What the page takes from its device: a clock that nobody can set, randomness, and a memory that
 * outlives a reload. All else takes these as arguments. Where storage is blocked the memory lasts
 * as long as the page: a reload then makes a new key, and the shop's rule of one live order a buyer
 * still keeps the second click from buying twice.
 */

/** Milliseconds since the page began. Setting the device's clock does not move it. */
export const monotonicMs = () => performance.now();

/** A number in [0, 1), for jitter. */
export const fraction = () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;

/** 128 random bits. `crypto.randomUUID` is missing where a phone reads the page over plain HTTP. */
export const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');

/** @param {number} ms */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

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
        // Blocked or full: `untilReload` has it.
      }
    },
  };
}
