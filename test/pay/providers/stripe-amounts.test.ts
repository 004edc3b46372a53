/** Amounts as Stripe counts them, where that is not how ISO 4217 does. */
import { expect, test } from 'vitest';
import { stripeAmount } from '../../../origin/pay/stripe-amounts.ts';

test.each([
  [199_900, 'CNY', 199_900],
  // No smaller unit than a yen: 500 is 500 yen for both.
  [500, 'JPY', 500],
  [5_120, 'KWD', 5_120],
  [500, 'ISK', 50_000],
  [500, 'UGX', 50_000],
  [50_000, 'MGA', 500],
  [50_050, 'MGA', undefined],
  [0, 'MGA', 0],
])('%i %s is %s', (amount, currency, expected) => {
  expect(stripeAmount(amount, currency)).toBe(expected);
});
