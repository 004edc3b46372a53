/**
 * Who may buy in a sale, as the book keeps it: a mode, and entries of three kinds. Every change is
 * made under the lock of the sale's row and raises the list's version, by which the edge knows that
 * it has to fetch the list again. The origin itself does not look at the list when an order comes:
 * the edge signs a pass only for a buyer whom its list lets in.
 */
import {
  ACCESS_LIMITS,
  type AccessHash,
  type AccessKind,
  createAccessHash,
} from '../../contract/access.ts';
import type {
  AccessEntries,
  AccessPage,
  AccessQuery,
  ChangeAccess,
  SaleAccess,
} from '../../contract/operator-access.ts';
import { nodeHashing } from '../hashing.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';
import { deleteCleared } from './clear-access.ts';
import {
  type AccessRow,
  type CountRow,
  countsOf,
  type KeptAccess,
  lockAccess,
  parseAccess,
  toldCounts,
} from './kept-access.ts';

const statements = statementsBeside(import.meta.url, [
  'update-access',
  'count-entries',
  'select-known-hashes',
  'insert-entries',
  'delete-entries',
  'select-page',
]);

export type AccessRefused = 'unknown-sale' | 'too-many';
/** `freshSalt` is used when the sale has none yet. */
type WantedChange = ChangeAccess & { saleId: string; freshSalt: string };

export async function changeAccess(
  book: OrderBook,
  wanted: WantedChange,
): Promise<SaleAccess | AccessRefused> {
  // It comes to an end: only another clearing, by an operator, makes it go round once more.
  for (;;) {
    const changed = await book
      .transact((transaction) => changeUnlessClearing(transaction, wanted))
      .catch(tooManyOrThrow);
    if (changed !== 'clearing') return changed;
    await deleteCleared(book, wanted.saleId);
  }
}

/** `clearing`: rows of a kind that it changes are still to be deleted; nothing was done. */
function* changeUnlessClearing(
  transaction: Transaction,
  { saleId, freshSalt, add, remove, mode }: WantedChange,
): Waiting<SaleAccess | 'unknown-sale' | 'clearing'> {
  const kept = yield* lockAccess(transaction, saleId);
  if (kept === undefined) return 'unknown-sale';
  const changes = [...entriesOf(remove), ...entriesOf(add)];
  if (changes.some(([kind, { length }]) => length > 0 && kept.counts[kind] === null)) {
    return 'clearing';
  }
  const salt = kept.salt === '' ? freshSalt : kept.salt;
  const hashOf = createAccessHash(nodeHashing, salt);
  const counts = { ...kept.counts };
  // Whoever is in both is added: what is wanted in the end stands in `add`.
  for (const [kind, entries] of entriesOf(remove)) {
    if (entries.length === 0) continue;
    const hashes = entries.map((entry) => hashOf(kind, entry));
    const deletion = transaction.run(statements['delete-entries'], saleId, kind, hashes);
    counts[kind] = (counts[kind] ?? 0) - (yield* answer(deletion));
  }
  for (const [kind, entries] of entriesOf(add)) {
    if (entries.length === 0) continue;
    const rows = yield* newRows(transaction, { saleId, kind, entries, hashOf });
    counts[kind] = (counts[kind] ?? 0) + rows.length;
    if (totalOf(counts) > ACCESS_LIMITS.entries) return undoing();
    if (rows.length > 0) yield* answer(transaction.insert(statements['insert-entries'], rows));
  }
  const version = kept.version + 1;
  const changed: KeptAccess = { mode: mode ?? kept.mode, version, salt, counts };
  yield* answer(transaction.run(statements['update-access'], JSON.stringify(changed), saleId));
  return { saleId, mode: changed.mode, version, counts: toldCounts(counts) };
}

/** Undefined when there is no such sale. */
export async function showAccess(
  book: OrderBook,
  saleId: string,
  { kind, after = '', limit }: AccessQuery,
): Promise<AccessPage | undefined> {
  const page = [saleId, kind, after, limit, saleId] as const;
  const rows = await book.read<PageRow>(statements['select-page'], ...page);
  const [first] = rows;
  if (first === undefined) return undefined;
  const kept = parseAccess(first);
  const counts =
    kept.counts ?? countsOf(await book.read<CountRow>(statements['count-entries'], saleId));
  const buyers = counts[kind] === null ? [] : rows.flatMap(({ buyerId }) => buyerId ?? []);
  const next = buyers.length < limit ? undefined : buyers.at(-1);
  const { mode, version } = kept;
  return {
    ...{ saleId, mode, version, counts: toldCounts(counts), buyers },
    ...(next === undefined ? {} : { next }),
  };
}

interface PageRow extends AccessRow {
  buyerId: string | null;
}

/** Thrown to undo what the transaction has done so far. */
class TooManyEntriesError extends Error {
  readonly code = 'too-many-entries';
}

function undoing(): never {
  throw new TooManyEntriesError('a sale cannot have so many entries');
}

function tooManyOrThrow(error: unknown): 'too-many' {
  if (error instanceof TooManyEntriesError) return 'too-many';
  throw error;
}

function totalOf(counts: KeptAccess['counts']): number {
  const { allow, block, code } = toldCounts(counts);
  return allow + block + code;
}

function entriesOf({ allow, block, presaleCodes }: AccessEntries): [AccessKind, string[]][] {
  return [
    ['allow', allow],
    ['block', block],
    ['code', presaleCodes],
  ];
}

interface NewEntries {
  saleId: string;
  kind: AccessKind;
  entries: readonly string[];
  hashOf: AccessHash;
}

/** What is not on the list yet, each once. */
function* newRows(
  transaction: Transaction,
  { saleId, kind, entries, hashOf }: NewEntries,
): Waiting<(string | number | null)[][]> {
  const byHash = new Map(entries.map((entry) => [hashOf(kind, entry), entry]));
  const known = yield* answer(
    transaction.rows<{ hash: string }>(statements['select-known-hashes'], saleId, kind, [
      ...byHash.keys(),
    ]),
  );
  for (const { hash } of known) byHash.delete(hash);
  return Array.from(byHash, ([hash, entry]) => {
    return [saleId, kind, hash, kind === 'code' ? null : entry, transaction.nowMs];
  });
}
