/**
 * Who may buy in a sale, as the book keeps it: a mode, and entries of three kinds. Every change is
 * made under the lock of the sale's row and raises the list's version, by which the edge knows that
 * it has to fetch the list again. The origin itself does not look at the list when an order comes:
 * the edge signs a pass only for a buyer whom its list lets in.
 */
import {
  ACCESS_KINDS,
  ACCESS_LIMITS,
  type AccessHash,
  type AccessKind,
  type AccessMode,
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

const statements = statementsBeside(import.meta.url, [
  'select-access',
  'lock-access',
  'update-access',
  'count-entries',
  'select-known-hashes',
  'insert-entries',
  'delete-entries',
  'delete-kind',
  'select-buyers',
]);

/** As the sale's row has it. */
export interface KeptAccess {
  mode: AccessMode;
  version: number;
  /** base64url; empty until the first entry. */
  salt: string;
}

export type Counts = Record<AccessKind, number>;
export type AccessRefused = 'unknown-sale' | 'too-many';

/** `freshSalt` is used when the sale has none yet. */
export function changeAccess(
  book: OrderBook,
  wanted: ChangeAccess & { saleId: string; freshSalt: string },
): Promise<SaleAccess | AccessRefused> {
  const { saleId, freshSalt, add, remove } = wanted;
  return book
    .transact(function* (transaction) {
      const kept = yield* lockAccess(transaction, saleId);
      if (kept === undefined) return 'unknown-sale';
      const salt = kept.salt === '' ? freshSalt : kept.salt;
      const hashOf = createAccessHash(nodeHashing, salt);
      // Whoever is in both is added: what is wanted in the end stands in `add`.
      for (const [kind, entries] of entriesOf(remove)) {
        const hashes = entries.map((entry) => hashOf(kind, entry));
        yield* answer(
          hashes.length === 0
            ? 0
            : transaction.run(statements['delete-entries'], saleId, kind, hashes),
        );
      }
      const counts = yield* countEntries(transaction, saleId);
      for (const [kind, entries] of entriesOf(add)) {
        const rows = yield* newRows(transaction, { saleId, kind, entries, hashOf });
        counts[kind] += rows.length;
        if (totalOf(counts) > ACCESS_LIMITS.entries) return undoing();
        if (rows.length > 0) yield* answer(transaction.insert(statements['insert-entries'], rows));
      }
      const changed = { mode: wanted.mode ?? kept.mode, version: kept.version + 1, salt };
      yield* answer(transaction.run(statements['update-access'], JSON.stringify(changed), saleId));
      return { saleId, mode: changed.mode, version: changed.version, counts };
    })
    .catch(tooManyOrThrow);
}

/** Without a kind everything goes, and everybody may buy. */
export function clearAccess(
  book: OrderBook,
  { saleId, kind }: { saleId: string; kind?: AccessKind | undefined },
): Promise<SaleAccess | AccessRefused> {
  return book.transact(function* (transaction) {
    const kept = yield* lockAccess(transaction, saleId);
    if (kept === undefined) return 'unknown-sale';
    for (const each of kind === undefined ? ACCESS_KINDS : [kind]) {
      yield* answer(transaction.run(statements['delete-kind'], saleId, each));
    }
    const mode = kind === undefined ? 'everybody' : kept.mode;
    const changed: KeptAccess = { ...kept, mode, version: kept.version + 1 };
    yield* answer(transaction.run(statements['update-access'], JSON.stringify(changed), saleId));
    const counts = yield* countEntries(transaction, saleId);
    return { saleId, mode, version: changed.version, counts };
  });
}

/** Undefined when there is no such sale. */
export async function showAccess(
  book: OrderBook,
  saleId: string,
  { kind, after = '', limit }: AccessQuery,
): Promise<AccessPage | undefined> {
  const kept = await readAccess(book, saleId);
  if (kept === undefined) return undefined;
  const { mode, version } = kept;
  const counts = countsOf(await book.read<CountRow>(statements['count-entries'], saleId));
  const page = [saleId, kind, after, limit] as const;
  const rows = await book.read<{ buyerId: string }>(statements['select-buyers'], ...page);
  const buyers = rows.map(({ buyerId }) => buyerId);
  const next = buyers.length < limit ? undefined : buyers.at(-1);
  return { saleId, mode, version, counts, buyers, ...(next === undefined ? {} : { next }) };
}

/** Undefined when there is no such sale. */
export async function readAccess(book: OrderBook, saleId: string) {
  return keptOf(await book.read<AccessRow>(statements['select-access'], saleId));
}

interface AccessRow {
  access: string;
}

interface CountRow {
  kind: AccessKind;
  entries: number;
}

/** Thrown to undo what the transaction has done so far. */
class TooManyEntriesError extends Error {
  readonly code = 'too-many-entries';
}

function undoing(): never {
  throw new TooManyEntriesError('a sale cannot have so many entries');
}

function tooManyOrThrow(error: unknown): AccessRefused {
  if (error instanceof TooManyEntriesError) return 'too-many';
  throw error;
}

function keptOf([row]: AccessRow[]): KeptAccess | undefined {
  return row === undefined ? undefined : JSON.parse(row.access);
}

function* lockAccess(transaction: Transaction, saleId: string): Waiting<KeptAccess | undefined> {
  return keptOf(yield* answer(transaction.rows<AccessRow>(statements['lock-access'], saleId)));
}

function* countEntries(transaction: Transaction, saleId: string): Waiting<Counts> {
  return countsOf(yield* answer(transaction.rows<CountRow>(statements['count-entries'], saleId)));
}

function countsOf(rows: CountRow[]): Counts {
  const counts: Counts = { allow: 0, block: 0, code: 0 };
  for (const { kind, entries } of rows) counts[kind] = Number(entries);
  return counts;
}

const totalOf = ({ allow, block, code }: Counts) => allow + block + code;

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
  if (byHash.size === 0) return [];
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
