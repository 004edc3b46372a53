/**
 * Tells the stock store what the book decided: units and buyers that are free again (releases, once
 * the waitlist was offered them), and orders that the waitlist's heads got (holds). Each is applied
 * once by its order id, so a round that dies between applying and marking is repeated without harm.
 * One of an epoch that is over counts as delivered: the next one's stock was made from a book that
 * already had it. A sale whose store recovers is left for later rounds, and holds up no other.
 *
 * Holds are read first and applied last: whoever has a second order had the first one released
 * before, and that release is then among those applied in between. So an old hold that was not
 * marked never takes the place of a newer one.
 */
import type { DeliveryReply, StockLedger } from '../admit/stock.ts';
import { failpoint } from '../failpoints.ts';
import type { OrderBook, PendingRelease } from '../settle/book.ts';
import { type DialectStatement, statementsBeside } from '../settle/transaction.ts';
import { answer } from '../settle/waiting.ts';
import { offerReleases } from './offer-releases.ts';

const {
  'select-pending-holds': selectHolds,
  'select-pending-releases': selectReleases,
  'mark-held': markHeld,
  'mark-released': markReleased,
} = statementsBeside(import.meta.url, [
  'select-pending-holds',
  'select-pending-releases',
  'mark-held',
  'mark-released',
]);

export const DELIVER_EVERY_MS = 50;
/** Rows read at once: what is in memory, and what a crash repeats, at most. */
const PAGE = 1_000;
/** On their way to the store together: a round trip for all, and 2 ms of its single thread. */
const CHUNK = 200;

interface PendingHold {
  orderId: string;
  saleId: string;
  buyerId: string;
  epoch: number;
  quantity: number;
}

export interface DeliverOptions {
  stock: StockLedger;
  book: OrderBook;
  /** False once the lease is lost: a successor goes on. */
  mayGoOn(): boolean;
}

/** What one round has seen of the stores of sales, by sale id. */
interface Round extends DeliverOptions {
  taking: Set<string>;
  recovering: Set<string>;
}

/** Delivers all that can be; how much that was. Rejects when the store does not take it. */
export async function deliverRound(options: DeliverOptions): Promise<number> {
  const { stock, book, mayGoOn } = options;
  const round: Round = { ...options, taking: new Set(), recovering: new Set() };
  const holds = createPages<PendingHold>(round, selectHolds);
  let delivered = 0;
  while (holds.mayFollow() && mayGoOn()) {
    await offerReleases(book, mayGoOn);
    const entries = await holds.next();
    delivered += await deliverReleases(round);
    const apply = (hold: PendingHold) => stock.hold(hold);
    delivered += await deliver(round, { entries, mark: markHeld, apply });
  }
  return delivered;
}

async function deliverReleases(round: Round): Promise<number> {
  const releases = createPages<PendingRelease>(round, selectReleases);
  const apply = (release: PendingRelease) => round.stock.release(release);
  let delivered = 0;
  while (releases.mayFollow() && round.mayGoOn()) {
    const entries = await releases.next();
    delivered += await deliver(round, { entries, mark: markReleased, apply });
  }
  return delivered;
}

/** Pages of all that waits, each row once a round: what cannot be delivered stays where it is. */
function createPages<Row extends Entry>({ book, recovering }: Round, select: DialectStatement) {
  let last: Entry | undefined;
  let full = true;
  return {
    mayFollow: () => full,
    async next(): Promise<Row[]> {
      const saleId = last?.saleId ?? '';
      const orderId = last === undefined || recovering.has(saleId) ? null : last.orderId;
      const page = await book.read<Row>(select, saleId, saleId, orderId, PAGE);
      last = page.at(-1);
      full = page.length === PAGE;
      return page;
    },
  };
}

interface Entry {
  orderId: string;
  saleId: string;
}

interface Delivery<Row extends Entry> {
  entries: readonly Row[];
  /** Parameters: now (ms), list of order ids. */
  mark: DialectStatement;
  apply(entry: Row): Promise<DeliveryReply>;
}

/** What the store took is marked also when it refused something else of the same chunk. */
async function deliver<Row extends Entry>(
  round: Round,
  { entries, mark, apply }: Delivery<Row>,
): Promise<number> {
  const { book, mayGoOn } = round;
  let delivered = 0;
  for (let start = 0; start < entries.length && mayGoOn(); start += CHUNK) {
    const { taken, refusal } = await offer(round, entries.slice(start, start + CHUNK), apply);
    failpoint('deliver.after-apply');
    await markDelivered(book, { mark, entries: taken });
    delivered += taken.length;
    if (refusal !== undefined) throw refusal.reason;
  }
  return delivered;
}

/**
 * Of a sale that this round has not met yet one row goes ahead, so that a store that recovers is
 * asked once a round, not for each of thousands of rows.
 */
async function offer<Row extends Entry>(
  { taking, recovering }: Round,
  entries: readonly Row[],
  apply: (entry: Row) => Promise<DeliveryReply>,
): Promise<{ taken: Row[]; refusal: PromiseRejectedResult | undefined }> {
  const met = new Set([...taking, ...recovering]);
  const first = entries.filter(({ saleId }) => !met.has(saleId) && met.add(saleId));
  const taken: Row[] = [];
  let refusal: PromiseRejectedResult | undefined;

  async function send(rows: readonly Row[]): Promise<void> {
    const replies = await Promise.allSettled(rows.map(apply));
    for (const [index, row] of rows.entries()) {
      const reply = replies[index];
      if (reply?.status === 'rejected') refusal ??= reply;
      if (reply?.status !== 'fulfilled') continue;
      const recovers = reply.value === 'recovering';
      (recovers ? recovering : taking).add(row.saleId);
      if (!recovers) taken.push(row);
    }
  }
  await send(first);
  const others = entries.filter((entry) => !first.includes(entry));
  await send(others.filter(({ saleId }) => !recovering.has(saleId)));
  return { taken, refusal };
}

async function markDelivered(
  book: OrderBook,
  { mark, entries }: { mark: DialectStatement; entries: readonly { orderId: string }[] },
): Promise<void> {
  if (entries.length === 0) return;
  const orderIds = entries.map(({ orderId }) => orderId).sort();
  await book.transact(function* (transaction) {
    yield* answer(transaction.run(mark, transaction.nowMs, orderIds));
  });
}
