/**
 * Where snapshots come from: the origin, through a cache that the isolates of a colo share, so that
 * the origin is asked about once a second and colo however many isolates there are. The cached copy
 * holds the draw's seed: it lies in a cache of its own name, under a host that no client can reach
 * and a path that nobody without the pass key can guess. A copy carries when the origin was asked,
 * so that its age counts from there and two caches in a row do not add up.
 */
import { z } from 'zod';
import { fromBase64Url, toBase64Url } from '../contract/base64url.ts';
import type { Hashing } from '../contract/hashing.ts';
import type { PassKey } from '../contract/pass.ts';
import { problemName } from '../contract/problem.ts';
import { type SaleSnapshot, saleSnapshotSchema } from '../contract/sale.ts';
import { logError, messageOf } from './log.ts';
import type { CallOrigin, OriginReply } from './origin.ts';
import { type Platform, within } from './platform.ts';

/** Named so that a slow origin costs a cold isolate's buyer no more than this. */
const ORIGIN_TIMEOUT_MS = 2_000;
/** A cache that is slower than that is no help. */
const CACHE_TIMEOUT_MS = 200;
const CACHE_LIFETIME_MS = 1_000;
const CACHE_NAME = 'sluice-snapshots';
const KEY_LABEL = 'sluice snapshot cache v1';

const seededSnapshotSchema = saleSnapshotSchema.refine(
  ({ seed }) => fromBase64Url(seed)?.length === 32,
  { path: ['seed'], error: 'must be 32 bytes of base64url' },
);
/** `snapshot` is null for a sale that does not exist: that is known for a second, too. */
const cachedSchema = z.object({
  askedAtMs: z.number(),
  snapshot: seededSnapshotSchema.nullable(),
});

export type SnapshotReply =
  | { kind: 'told'; snapshot: SaleSnapshot | undefined; askedAtMs: number }
  | { kind: 'failed' };

/** Never rejects. */
export type FetchSnapshot = (saleId: string, nowMs: number) => Promise<SnapshotReply>;

interface SourceNeeds {
  platform: Platform;
  hashing: Hashing;
  passKeys: readonly PassKey[];
  callOrigin: CallOrigin;
}

export function createSnapshotSource(needs: SourceNeeds): FetchSnapshot {
  const { platform, callOrigin } = needs;
  const addressOf = createCacheAddress(needs);
  return async (saleId, nowMs) => {
    const address = addressOf(saleId);
    const cached = await fromCache(platform, address);
    if (cached !== undefined && nowMs - cached.askedAtMs <= CACHE_LIFETIME_MS) return cached;
    const path = `/edge/sales/${saleId}`;
    const reply = await callOrigin({
      method: 'GET',
      path,
      buyerId: '',
      timeoutMs: ORIGIN_TIMEOUT_MS,
    });
    const told = readReply(reply, nowMs);
    if (told.kind === 'failed') logError('snapshot-failed', { saleId, reason: told.reason });
    else await intoCache(platform, address, told);
    return told;
  };
}

function createCacheAddress({ hashing, passKeys }: SourceNeeds) {
  const [key] = passKeys;
  if (key === undefined) throw new RangeError('the snapshot cache needs a pass key');
  const secretPath = toBase64Url(hashing.keyedHash(key.secret)(KEY_LABEL));
  return (saleId: string) => `https://snapshots.sluice.invalid/${secretPath}/${saleId}`;
}

function readReply(
  reply: OriginReply,
  askedAtMs: number,
): Extract<SnapshotReply, { kind: 'told' }> | { kind: 'failed'; reason: string } {
  if (reply.kind === 'no-reply') return { kind: 'failed', reason: reply.reason };
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder().decode(reply.body));
  } catch {
    return { kind: 'failed', reason: `status ${reply.status}, not JSON` };
  }
  const refusal = problemOf(body);
  if (reply.status === 404 && refusal === 'unknown-sale') {
    return { kind: 'told', snapshot: undefined, askedAtMs };
  }
  if (reply.status !== 200) {
    // no-pass: PASS_KEYS or the clocks of edge and origin do not agree.
    return { kind: 'failed', reason: `status ${reply.status} ${refusal}` };
  }
  const parsed = seededSnapshotSchema.safeParse(body);
  if (!parsed.success) return { kind: 'failed', reason: z.prettifyError(parsed.error) };
  return { kind: 'told', snapshot: parsed.data, askedAtMs };
}

function problemOf(body: unknown): string {
  const type = typeof body === 'object' && body !== null && 'type' in body ? body.type : undefined;
  return typeof type === 'string' ? problemName(type) : '';
}

async function fromCache(platform: Platform, address: string) {
  const look = async (): Promise<SnapshotReply | undefined> => {
    const cache = await platform.openCache(CACHE_NAME);
    const hit = await cache.match(address);
    if (hit === undefined) return undefined;
    const { snapshot, askedAtMs } = cachedSchema.parse(await hit.json());
    return { kind: 'told', snapshot: snapshot ?? undefined, askedAtMs };
  };
  const found = await quietly(platform, look);
  return found?.kind === 'told' ? found : undefined;
}

async function intoCache(
  platform: Platform,
  address: string,
  { snapshot, askedAtMs }: Extract<SnapshotReply, { kind: 'told' }>,
): Promise<void> {
  const seconds = CACHE_LIFETIME_MS / 1000;
  const copy = Response.json(
    { askedAtMs, snapshot: snapshot ?? null },
    { headers: { 'cache-control': `max-age=${seconds}` } },
  );
  await quietly(platform, async () => (await platform.openCache(CACHE_NAME)).put(address, copy));
}

/** The cache only saves calls: when it fails or is slow, the origin is asked. */
async function quietly<Value>(platform: Platform, work: () => Promise<Value>) {
  try {
    return await within(platform, { timeoutMs: CACHE_TIMEOUT_MS, late: undefined }, work());
  } catch (error) {
    logError('snapshot-cache-failed', { reason: messageOf(error) });
    return undefined;
  }
}
