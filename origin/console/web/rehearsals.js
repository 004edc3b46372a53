/**
 * Which sales are rehearsals: synthetic buyers in a keyspace of their own. Their id says so; the
 * schema that makes it (contract/sale.ts) is not for browsers.
 */

/** @param {string} saleId */
export function isRehearsal(saleId) {
  return saleId.startsWith('rehearsal-');
}
