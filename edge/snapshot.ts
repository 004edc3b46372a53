/**
 * What an isolate knows of a sale. A copy of up to FRESH_MS is used as it is. The first request
 * that finds it older asks again, for itself; whoever comes meanwhile uses the old copy, since a
 * Worker may not wait on another request's I/O. So no answer is more than about a second behind the
 * origin, and a busy isolate asks once a second. While the origin is silent, the last copy serves
 * for a minute. The version of a sale never goes back, whatever order the replies come in.
 */
import { LRUCache } from 'lru-cache';
import { fromBase64Url } from '../contract/base64url.ts';
import type { Hashing, KeyedHash } from '../contract/hashing.ts';
import type { Refusal } from '../contract/outcomes.ts';
import type { SaleSnapshot } from '../contract/sale.ts';
import type { Platform, RequestContext } from './platform.ts';
import type { FetchSnapshot } from './snapshot-source.ts';

/** A sale that opens, sells out or has a unit back is seen within that time. */
const FRESH_MS = 1_000;
/** How old a copy may be while somebody else asks; past that, each request asks for itself. */
const USABLE_WHILE_ASKING_MS = 5_000;
/** How old a copy may be while the origin is silent: its restart must not stop a sale's gates. */
const USABLE_IN_OUTAGE_MS = 60_000;
/**
 * After a failure nobody asks for that long; the crowd does not queue at an origin that is down.
 */
const PAUSE_AFTER_FAILURE_MS = 1_000;
/**
 * Past the source's own time-out: a request that was cancelled must not keep others from asking.
 */
const GUARD_MS = 3_000;
/** 1 kB each; the least recently asked for is forgotten first. */
const MAX_SALES = 1_000;

export interface KnownSale {
  kind: 'sale';
  snapshot: SaleSnapshot;
  /** HMAC keyed with the draw's seed, prepared once. */
  seedHash: KeyedHash;
}

export interface Entry {
  known: KnownSale | { kind: 'unknown-sale' } | undefined;
  /** When the origin was asked for what is known. */
  askedAtMs: number;
  /** Somebody asks until then at the latest; 0 when nobody does. */
  askingUntilMs: number;
  notBeforeMs: number;
}

export interface Snapshots {
  find(saleId: string, context: RequestContext): Promise<KnownSale | Refusal>;
}

export type SnapshotPlan = 'use' | 'ask' | 'unavailable';

/** What a request does about an entry. Pure, so that every age is a line in a test. */
export function planFor(entry: Entry, nowMs: number): SnapshotPlan {
  const ageMs = entry.known !== undefined ? nowMs - entry.askedAtMs : Number.POSITIVE_INFINITY;
  if (ageMs <= FRESH_MS) return 'use';
  if (nowMs < entry.notBeforeMs) return ageMs <= USABLE_IN_OUTAGE_MS ? 'use' : 'unavailable';
  const somebodyAsks = nowMs < entry.askingUntilMs;
  return somebodyAsks && ageMs <= USABLE_WHILE_ASKING_MS ? 'use' : 'ask';
}

interface SnapshotNeeds {
  platform: Platform;
  hashing: Hashing;
  fetchSnapshot: FetchSnapshot;
}

export function createSnapshots({ platform, hashing, fetchSnapshot }: SnapshotNeeds): Snapshots {
  const entries = new LRUCache<string, Entry>({ max: MAX_SALES });

  function entryOf(saleId: string): Entry {
    const known = entries.get(saleId);
    if (known !== undefined) return known;
    const entry = { known: undefined, askedAtMs: 0, askingUntilMs: 0, notBeforeMs: 0 };
    entries.set(saleId, entry);
    return entry;
  }

  async function ask(saleId: string, entry: Entry): Promise<void> {
    const startedAtMs = platform.clock.nowMs();
    entry.askingUntilMs = startedAtMs + GUARD_MS;
    const reply = await fetchSnapshot(saleId, startedAtMs);
    entry.askingUntilMs = 0;
    if (reply.kind === 'failed') {
      entry.notBeforeMs = platform.clock.nowMs() + PAUSE_AFTER_FAILURE_MS;
      return;
    }
    entry.notBeforeMs = 0;
    // Two may have asked, and replies overtake each other: only a later question's answer counts.
    if (entry.known !== undefined && reply.askedAtMs < entry.askedAtMs) return;
    entry.askedAtMs = reply.askedAtMs;
    entry.known = newerOf(entry.known, reply.snapshot, hashing);
  }

  return {
    async find(saleId, context) {
      const entry = entryOf(saleId);
      const nowMs = platform.clock.nowMs();
      if (planFor(entry, nowMs) === 'ask') {
        const asking = ask(saleId, entry);
        // A client that goes away must not leave the guard up.
        context.waitUntil(asking);
        await asking;
      }
      const ageMs = platform.clock.nowMs() - entry.askedAtMs;
      if (entry.known !== undefined && ageMs <= USABLE_IN_OUTAGE_MS) return entry.known;
      return { kind: 'overloaded', retryAfterMs: PAUSE_AFTER_FAILURE_MS };
    },
  };
}

function newerOf(
  known: Entry['known'],
  snapshot: SaleSnapshot | undefined,
  hashing: Hashing,
): Entry['known'] {
  if (snapshot === undefined) return { kind: 'unknown-sale' };
  if (known?.kind === 'sale' && snapshot.version < known.snapshot.version) return known;
  if (known?.kind === 'sale' && snapshot.seed === known.snapshot.seed)
    return { ...known, snapshot };
  const seed = fromBase64Url(snapshot.seed);
  if (seed === undefined) throw new RangeError('a snapshot has passed its check with a bad seed');
  return { kind: 'sale', snapshot, seedHash: hashing.keyedHash(seed) };
}
