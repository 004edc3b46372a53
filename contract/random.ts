/**
 * The one place that makes randomness. `fraction` is for jitter and spreading only; what must not
 * be guessed (seeds, guest ids, keys) comes from `bytes`.
 */
export interface Random {
  /** A number in [0, 1). */
  fraction(): number;
  /** `count` bytes from the platform's secure source. */
  bytes(count: number): Uint8Array;
}

export const systemRandom: Random = {
  fraction: () => Math.random(),
  bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
};
