/**
 * After a fault: what must hold of a sale once everybody has gone. The ledger balances, every unit
 * was sold, and everything that anybody was told is so in the book.
 */
import { expect } from 'vitest';
import type { Audit } from '../../contract/operator.ts';
import { auditAtRest } from '../flow/sale.ts';
import type { Shop } from '../flow/shop.ts';
import { readBookRecords } from '../life/records.ts';
import { type Crowd, tally } from './buyers.ts';
import { type JudgeOptions, judgeHistory } from './history.ts';

/** With the crowd's own patience it stays within a test's limit, and so says what is amiss. */
const REST_WITHIN_MS = 40_000;

export interface AftermathOptions extends JudgeOptions {
  shop: Shop;
  saleId: string;
  crowd: Crowd;
  /** How many are held in the end: all that there are, when more buyers came than that. */
  units: number;
}

/** Waits until everybody has gone and all has settled, and expects it to be right. */
export async function expectWhole(options: AftermathOptions): Promise<Audit> {
  const { shop, saleId, crowd, units } = options;
  await crowd.gone;
  const audit = await auditAtRest(shop, saleId, REST_WITHIN_MS);
  const records = await readBookRecords(shop, 'servers', saleId);
  const what = JSON.stringify({ told: tally(crowd.history), terms: audit.terms });
  expect(audit.findings, what).toEqual([]);
  expect(judgeHistory(crowd.history, records, options), what).toEqual([]);
  expect(audit.terms.reserved, what).toBe(units);
  return audit;
}
