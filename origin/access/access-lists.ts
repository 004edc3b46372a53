/**
 * The lists as the edge fetches them, made once a version: every isolate of the edge asks for a new
 * one, all at about the same time, and 100,000 rows are read for the first of them only.
 */
import { LRUCache } from 'lru-cache';
import type { AccessKind, AccessList } from '../../contract/access.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { type AccessRow, parseAccess } from './kept-access.ts';

const { 'select-list': selectList } = statementsBeside(import.meta.url, ['select-list']);

/** 1.1 MB each at most; only a few sales with a list are on at the same time. */
const MAX_LISTS = 20;

export interface AccessLists {
  /**
   * A list of `version` or a later one as JSON, undefined when there is no such sale. An earlier
   * one only when the book has no other.
   */
  find(saleId: string, version: number): Promise<string | undefined>;
}

interface Made {
  version: number;
  text: string;
}

export function createAccessLists(book: OrderBook): AccessLists {
  const kept = new LRUCache<string, Promise<Made | undefined>>({ max: MAX_LISTS });
  return {
    async find(saleId, version) {
      const known = kept.get(saleId);
      const made = await known;
      if (made !== undefined && made.version >= version) return made.text;
      // Others may have begun meanwhile, and theirs is as new.
      const begun = kept.get(saleId);
      const making = begun !== undefined && begun !== known ? begun : makeList(book, saleId);
      kept.set(saleId, making);
      const forget = () => kept.get(saleId) === making && kept.delete(saleId);
      try {
        const list = await making;
        if (list === undefined) forget();
        return list?.text;
      } catch (error) {
        forget();
        throw error;
      }
    },
  };
}

interface ListRow extends AccessRow {
  kind: AccessKind | null;
  hash: string | null;
}

/** One statement, so that the rows are those of the version, however fast the list changes. */
async function makeList(book: OrderBook, saleId: string): Promise<Made | undefined> {
  const rows = await book.read<ListRow>(selectList, saleId);
  const [first] = rows;
  if (first === undefined) return undefined;
  const { mode, version, salt, counts } = parseAccess(first);
  const hashes: Record<AccessKind, string[]> = { allow: [], block: [], code: [] };
  for (const { kind, hash } of rows) {
    // Of a kind that is being cleared, rows are left that count for nothing.
    if (kind !== null && hash !== null && counts?.[kind] !== null) hashes[kind].push(hash);
  }
  const allow = hashes.allow.join('');
  const block = hashes.block.join('');
  const code = hashes.code.join('');
  const list: AccessList = { mode, version, salt, allow, block, code };
  return { version, text: JSON.stringify(list) };
}
