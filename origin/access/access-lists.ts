/**
 * The lists as the edge fetches them, made once a version: every isolate of the edge asks for a new
 * one, all at about the same time, and 100,000 rows are read for the first of them only.
 */
import { LRUCache } from 'lru-cache';
import type { AccessKind, AccessList } from '../../contract/access.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { type KeptAccess, readAccess } from './access.ts';

const { 'select-hashes': selectHashes } = statementsBeside(import.meta.url, ['select-hashes']);

/** 1.1 MB each at most; only a few sales with a list are on at the same time. */
const MAX_LISTS = 20;
/** Each reading that a change fell into is done again; an operator who uploads makes some. */
const MAX_READINGS = 5;

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

/** Changes that came too fast for a reading between them. */
export class AccessUnsettledError extends Error {
  readonly code = 'access-unsettled';
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

/**
 * Two statements see the book at two moments: when the version has not moved in between, the rows
 * are those of the version. A lock would keep the sale from settling as long.
 */
async function makeList(book: OrderBook, saleId: string): Promise<Made | undefined> {
  let before = await readAccess(book, saleId);
  for (let reading = 0; reading < MAX_READINGS; reading += 1) {
    if (before === undefined) return undefined;
    const rows = await book.read<{ kind: AccessKind; hash: string }>(selectHashes, saleId);
    const after = await readAccess(book, saleId);
    if (after?.version === before.version) {
      return { version: before.version, text: JSON.stringify(listOf(before, rows)) };
    }
    before = after;
  }
  throw new AccessUnsettledError(`the list of ${saleId} changes faster than it can be read`);
}

function listOf(access: KeptAccess, rows: { kind: AccessKind; hash: string }[]): AccessList {
  const hashes: Record<AccessKind, string[]> = { allow: [], block: [], code: [] };
  for (const { kind, hash } of rows) hashes[kind].push(hash);
  const { allow, block, code } = hashes;
  return { ...access, allow: allow.join(''), block: block.join(''), code: code.join('') };
}
