/**
 * What an isolate knows of a sale: a copy of at most about a second (edge/copies.ts), with the draw
 * prepared. The version of a sale does not go back because replies overtake each other; it does
 * when the origin goes on saying so: its book was restored, or another sale has the id.
 */
import { fromBase64Url } from '../contract/base64url.ts';
import type { Hashing, KeyedHash } from '../contract/hashing.ts';
import type { SaleSnapshot } from '../contract/sale.ts';
import { type Copies, createCopies, type FetchCopy } from './copies.ts';
import type { Platform } from './platform.ts';

/** 1 kB each. */
const MAX_SALES = 1_000;
/**
 * Longer than replies can overtake each other, which is the 2 s that one may take, and than any
 * process of the origin knows less of a sale than another one.
 */
const OLDER_WINS_AFTER_MS = 5_000;

export interface KnownSale {
  kind: 'sale';
  snapshot: SaleSnapshot;
  /** HMAC keyed with the draw's seed, prepared once. */
  seedHash: KeyedHash;
  /** When a reply last told this version. */
  confirmedAtMs: number;
}

type Known = KnownSale | { kind: 'unknown-sale' };

export type Snapshots = Copies<Known>;

interface SnapshotNeeds {
  platform: Platform;
  hashing: Hashing;
  fetchSnapshot: FetchCopy<SaleSnapshot>;
  /** Of a sale that exists: whether what was known of it was fresh. */
  observe?: ((saleId: string, isHit: boolean) => void) | undefined;
}

export function createSnapshots(needs: SnapshotNeeds): Snapshots {
  const { platform, hashing, fetchSnapshot, observe } = needs;
  return createCopies<SaleSnapshot, Known>({
    platform,
    fetchCopy: fetchSnapshot,
    keep: (known, snapshot) => newerOf(known, snapshot, { hashing, nowMs: platform.clock.nowMs() }),
    maxEntries: MAX_SALES,
    observe: (saleId, known, isHit) => {
      if (known?.kind === 'sale') observe?.(saleId, isHit);
    },
  });
}

function newerOf(
  known: Known | undefined,
  snapshot: SaleSnapshot | undefined,
  { hashing, nowMs }: { hashing: Hashing; nowMs: number },
): Known {
  if (snapshot === undefined) return { kind: 'unknown-sale' };
  // With another seed it is another sale under the same id: its versions count for themselves.
  if (known?.kind === 'sale' && snapshot.seed === known.snapshot.seed) {
    const isOlder = snapshot.version < known.snapshot.version;
    if (isOlder && nowMs - known.confirmedAtMs <= OLDER_WINS_AFTER_MS) return known;
    return { ...known, snapshot, confirmedAtMs: nowMs };
  }
  const seed = fromBase64Url(snapshot.seed);
  if (seed === undefined) throw new RangeError('a snapshot has passed its check with a bad seed');
  const seedHash = hashing.keyedHash(seed);
  return { kind: 'sale', snapshot, seedHash, confirmedAtMs: nowMs };
}
