/**
 * What a buyer does with a reserved order: drawn by a seed, so that a failure can be seen again.
 * Each buyer has a fate before the sale opens; who of them gets an order is up to the race.
 */

export const FATES = [
  'pay',
  'pay-twice',
  'decline-then-pay',
  'decline',
  'insufficient-funds',
  'take-long',
  'never',
  'cancel',
  'cancel-while-paying',
  'pay-then-refund',
] as const;
export type Fate = (typeof FATES)[number];

/** Parts of a hundred. About half of the orders are paid, the others' units go on. */
const WEIGHTS: Record<Fate, number> = {
  pay: 28,
  'pay-twice': 8,
  'decline-then-pay': 8,
  decline: 8,
  'insufficient-funds': 6,
  'take-long': 10,
  never: 10,
  cancel: 9,
  'cancel-while-paying': 8,
  'pay-then-refund': 5,
};

export function drawFate(fraction: number): Fate {
  let left = fraction * FATES.reduce((sum, fate) => sum + WEIGHTS[fate], 0);
  for (const fate of FATES) {
    left -= WEIGHTS[fate];
    if (left < 0) return fate;
  }
  return 'pay';
}
