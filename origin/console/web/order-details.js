/** @import { OrderEvent } from '../../../contract/console.ts' */
/** @import { Words } from './types.ts' */
/**
 * The details of an event in an order's history, in words. Whatever the origin tells is shown: what
 * has a word here by its word, anything else as it came. Pure.
 */

/**
 * Each detail by its name and its value in words.
 * @param {OrderEvent} event
 * @param {Words} words
 * @returns {[string, string][]}
 */
export function detailsOf({ of, details }, words) {
  const { amount, currency, ...rest } = details;
  const rows = Object.entries(rest).map(([name, value]) => [
    name,
    wordOf({ of, name, value }, words),
  ]);
  if (typeof amount === 'number' && typeof currency === 'string') {
    rows.push(['price', words.price(amount, currency)]);
  }
  return rows.map(([name = '', value = '']) => [words.named('detail-', name), value]);
}

/**
 * @param {{ of: OrderEvent['of'], name: string, value: string | number | boolean }} detail
 * @param {Words} words
 */
function wordOf({ of, name, value }, words) {
  const text = String(value);
  switch (name) {
    case 'payBefore':
      return words.moment(text);
    case 'closedBy':
      return words.named('by-', text);
    case 'reason':
      return words.named(of === 'payment' ? 'refund-' : 'reason-', text);
    default:
      return text;
  }
}
