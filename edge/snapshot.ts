/**
 * What an isolate knows of a sale: a copy of at most about a second (edge/copies.ts), with the draw
 * prepared. The version of a sale never goes back, whatever order the replies come in.
 */
import { fromBase64Url } from '../contract/base64url.ts';
import type { Hashing, KeyedHash } from '../contract/hashing.ts';
import type { SaleSnapshot } from '../contract/sale.ts';
import { type Copies, createCopies, type FetchCopy } from './copies.ts';
import type { Platform } from './platform.ts';

/** 1 kB each. */
const MAX_SALES = 1_000;

export interface KnownSale {
  kind: 'sale';
  snapshot: SaleSnapshot;
  /** HMAC keyed with the draw's seed, prepared once. */
  seedHash: KeyedHash;
}

type Known = KnownSale | { kind: 'unknown-sale' };

export type Snapshots = Copies<Known>;

interface SnapshotNeeds {
  platform: Platform;
  hashing: Hashing;
  fetchSnapshot: FetchCopy<SaleSnapshot>;
}

export function createSnapshots({ platform, hashing, fetchSnapshot }: SnapshotNeeds): Snapshots {
  return createCopies<SaleSnapshot, Known>({
    platform,
    fetchCopy: fetchSnapshot,
    keep: (known, snapshot) => newerOf(known, snapshot, hashing),
    maxEntries: MAX_SALES,
  });
}

function newerOf(
  known: Known | undefined,
  snapshot: SaleSnapshot | undefined,
  hashing: Hashing,
): Known {
  if (snapshot === undefined) return { kind: 'unknown-sale' };
  if (known?.kind === 'sale' && snapshot.version < known.snapshot.version) return known;
  if (known?.kind === 'sale' && snapshot.seed === known.snapshot.seed)
    return { ...known, snapshot };
  const seed = fromBase64Url(snapshot.seed);
  if (seed === undefined) throw new RangeError('a snapshot has passed its check with a bad seed');
  return { kind: 'sale', snapshot, seedHash: hashing.keyedHash(seed) };
}
