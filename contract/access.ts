/**
 * Who may buy in a sale, between origin and edge: the list by which the edge decides without a
 * call. It has salted hashes only, sorted and joined into one text a kind, so that 100,000 entries
 * are 1.1 MB; whoever reads it without the salt learns no name.
 */
import { z } from 'zod';
import { toBase64Url } from './base64url.ts';
import type { Hashing } from './hashing.ts';

/** `listed`: those on the list. `code`: those with a code of the sale, and those on the list. */
export const accessModeSchema = z.enum(['everybody', 'listed', 'code']).meta({ id: 'AccessMode' });
export type AccessMode = z.infer<typeof accessModeSchema>;

export const ACCESS_KINDS = ['allow', 'block', 'code'] as const;
export const accessKindSchema = z.enum(ACCESS_KINDS);
export type AccessKind = z.infer<typeof accessKindSchema>;

export const ACCESS_LIMITS = {
  /** Entries of a sale, all kinds together: 1.1 MB at every isolate that sells it. */
  entries: 100_000,
  /** In one request of an operator, whose body has 8 kB. */
  entriesARequest: 500,
} as const;

/** Of a request: `Presale-Code`. A client's `sluice-*` headers are never read. */
export const PRESALE_CODE_HEADER = 'presale-code';
/** Eight random letters and digits are 2.8 × 10^12: too many for guesses over the network. */
export const presaleCodeSchema = z
  .string()
  .regex(/^[\x21-\x7e]{8,64}$/, 'must be 8 to 64 printable ASCII characters without spaces')
  .meta({ id: 'PresaleCode', example: 'early-7Q4KXW2M' });

/** In a sale's snapshot. Version 0: nothing was ever listed, and there is no list to fetch. */
export const snapshotAccessSchema = z.object({
  mode: accessModeSchema,
  version: z.int().min(0),
});
export type SnapshotAccess = z.infer<typeof snapshotAccessSchema>;
export const EVERYBODY: SnapshotAccess = { mode: 'everybody', version: 0 };

/** 8 bytes of a hash in base64url; among 100,000 entries a stranger's matches in 1 of 10^14. */
export const ACCESS_HASH_CHARACTERS = 11;
const HASH_BYTES = 8;
const hashes = z
  .string()
  .max(ACCESS_LIMITS.entries * ACCESS_HASH_CHARACTERS)
  .refine(areSortedHashes, { error: 'must be sorted hashes of 11 characters' });

/** What the origin tells the edge. */
export const accessListSchema = z.object({
  mode: accessModeSchema,
  version: z.int().min(0),
  /** base64url; a secret between origin and edge. */
  salt: z.string().max(64),
  allow: hashes,
  block: hashes,
  code: hashes,
});
export type AccessList = z.infer<typeof accessListSchema>;

export type AccessHash = (kind: AccessKind, entry: string) => string;

export function createAccessHash(hashing: Hashing, salt: string): AccessHash {
  const keyed = hashing.keyedHash(new TextEncoder().encode(salt));
  return (kind, entry) => toBase64Url(keyed(`${kind}\n${entry}`).subarray(0, HASH_BYTES));
}

/** Whether `sorted` has the hash: by halves, 17 looks among 100,000. */
export function hasHash(sorted: string, hash: string): boolean {
  let low = 0;
  let high = sorted.length / ACCESS_HASH_CHARACTERS;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = hashAt(sorted, middle);
    if (found === hash) return true;
    if (found < hash) low = middle + 1;
    else high = middle;
  }
  return false;
}

/** A list out of order would be searched in vain: somebody who is blocked would get in. */
function areSortedHashes(text: string): boolean {
  if (text.length % ACCESS_HASH_CHARACTERS !== 0 || !/^[A-Za-z0-9_-]*$/.test(text)) return false;
  const count = text.length / ACCESS_HASH_CHARACTERS;
  for (let index = 1; index < count; index += 1) {
    if (hashAt(text, index - 1) >= hashAt(text, index)) return false;
  }
  return true;
}

function hashAt(text: string, index: number): string {
  const start = index * ACCESS_HASH_CHARACTERS;
  return text.slice(start, start + ACCESS_HASH_CHARACTERS);
}
