/** A sale that is sold by halves, and what must hold of it once it was recovered. */
import { expect } from 'vitest';
import type { SaleStage } from '../close/close.stage.ts';
import { expectWhole } from '../close/expect-whole.ts';
import type { RecoverStage } from './recover.stage.ts';
import { PENDING_RELEASES, RECOVERIES, type RecoveryRow, type ReleaseRow } from './statements.ts';

export interface RecoverPromise {
  promise: string;
  check(stage: RecoverStage): Promise<void>;
}

/** Ten units: anna paid, bert reserved, carl's order expired, and its unit is back. */
export async function sellSome(stage: RecoverStage) {
  const sale = await stage.sale(10);
  const [paid = '', reserved = '', expired = ''] = await sale.orders(['anna', 'bert', 'carl']);
  await sale.pay(paid);
  await sale.expire(expired);
  await sale.deliver();
  return { sale, paid, reserved, expired };
}

export const wish = ({ saleId }: SaleStage) => ({ saleId, epoch: 1, cause: 'operator' as const });

export const pendingOf = ({ book }: RecoverStage, { saleId }: SaleStage) =>
  book.read<ReleaseRow>(PENDING_RELEASES, saleId);

export const recoveriesOf = ({ book }: RecoverStage, { saleId }: SaleStage) =>
  book.read<RecoveryRow>(RECOVERIES, saleId);

export async function expectBalanced(sale: SaleStage): Promise<void> {
  await sale.deliver();
  expect(await sale.audit()).toMatchObject({ balanced: true, findings: [] });
  await expectWhole(sale);
}
