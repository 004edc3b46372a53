/**
 * Changes the terms of a sale that has not opened. It is judged under the lock of the sale's row
 * and by the book's clock, so that an edit and an opening come one after the other. The last
 * seconds before the opening are too late: an isolate that did not hear would sell on old terms.
 */
import type { EditSale } from '../../contract/console.ts';
import { STEP_MARGIN_MS } from '../../contract/draw.ts';
import type { Refusal } from '../../contract/outcomes.ts';
import type { OrderBook, Sale } from '../settle/book.ts';
import { flagOrNull } from '../settle/sale-row.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { answer } from '../settle/waiting.ts';

const { 'lock-terms': lockTerms, 'change-terms': changeTerms } = statementsBeside(import.meta.url, [
  'lock-terms',
  'change-terms',
]);

export interface EditFacts extends Pick<Sale, 'version' | 'opensAtMs' | 'closesAtMs'> {
  nowMs: number;
}

/** Why it may not be; undefined when it may. Pure. */
export function refuseEdit(edit: EditSale, facts: EditFacts): Refusal | undefined {
  const { version, nowMs } = facts;
  const opensAtMs = edit.opensAt === undefined ? facts.opensAtMs : Date.parse(edit.opensAt);
  const closesAtMs = edit.closesAt === undefined ? facts.closesAtMs : Date.parse(edit.closesAt);
  if (nowMs >= facts.opensAtMs) return conflict('the sale has opened; its terms stay');
  if (nowMs + STEP_MARGIN_MS > facts.opensAtMs) {
    return conflict('the sale opens within seconds: not everybody would learn of it in time');
  }
  if (edit.version !== undefined && edit.version !== version) {
    return conflict(`somebody changed the sale meanwhile: it is at version ${version}`);
  }
  if (nowMs + STEP_MARGIN_MS > opensAtMs) {
    return conflict('it would open within seconds; to open it at once there is "open"');
  }
  if (opensAtMs >= closesAtMs) {
    return {
      kind: 'invalid-request',
      errors: [{ field: 'body.closesAt', message: 'must be later than opensAt' }],
    };
  }
  return undefined;
}

/** Undefined: it was changed. */
export function editSale(
  book: OrderBook,
  { saleId, edit }: { saleId: string; edit: EditSale },
): Promise<Refusal | undefined> {
  return book.transact(function* ({ nowMs, rows, run }) {
    const [facts] = yield* answer(rows<Omit<EditFacts, 'nowMs'>>(lockTerms, saleId));
    if (facts === undefined) return { kind: 'unknown-sale' };
    const refusal = refuseEdit(edit, { ...facts, nowMs });
    if (refusal !== undefined) return refusal;
    yield* answer(run(changeTerms, ...valuesOf(edit), saleId));
    return undefined;
  });
}

/** In the order of `change-terms.sql`; NULL leaves a column as it is. */
function valuesOf(edit: EditSale): (string | number | null)[] {
  const { pictureUrl, opensAt, closesAt } = edit;
  return [
    edit.title ?? null,
    edit.price ?? null,
    edit.currency ?? null,
    // Null is a wish of its own here: there is to be no picture.
    Number(pictureUrl !== undefined),
    pictureUrl ?? null,
    opensAt === undefined ? null : Date.parse(opensAt),
    closesAt === undefined ? null : Date.parse(closesAt),
    edit.perBuyer ?? null,
    edit.ratePerSecond ?? null,
    edit.payWindowMs ?? null,
    flagOrNull(edit.freeOnPaymentFailure),
    edit.waitlistCap ?? null,
    edit.score ?? null,
  ];
}

function conflict(reason: string): Refusal {
  return { kind: 'conflict', reason };
}
