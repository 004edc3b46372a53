/**
 * Amounts as Stripe counts them. Ours are minor units as ISO 4217 has them, and so are Stripe's,
 * zero-decimal currencies (JPY 500 is 500) included, but for the three named here
 * (https://docs.stripe.com/currencies#special-cases and #zero-decimal).
 */

/** No króna and no shilling has a smaller unit any more, yet Stripe goes on counting hundredths. */
const COUNTED_IN_HUNDREDTHS: ReadonlySet<string> = new Set(['ISK', 'UGX']);
/** An ariary has hundredths in ISO 4217, and nowhere else: Stripe counts whole ones. */
const COUNTED_WHOLE: ReadonlySet<string> = new Set(['MGA']);

/** Undefined when Stripe cannot count it: a part of an ariary. */
export function stripeAmount(amount: number, currency: string): number | undefined {
  if (COUNTED_IN_HUNDREDTHS.has(currency)) return amount * 100;
  if (!COUNTED_WHOLE.has(currency)) return amount;
  return amount % 100 === 0 ? amount / 100 : undefined;
}
