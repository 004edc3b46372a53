/**
 * Where copies of what the origin says of a sale come from: the origin, through a cache that the
 * isolates of a colo share, so that it is asked about once a second and colo however many isolates
 * there are. A copy carries when the origin was asked, so that its age counts from there and two
 * caches in a row do not add up. The cache keeps it for longer than it is fresh: while the origin
 * is silent, an isolate that has just begun knows what the others of its colo know.
 */
import { z } from 'zod';
import { problemName } from '../contract/problem.ts';
import { createColoCache } from './colo-cache.ts';
import type { FetchCopy, Reply } from './copies.ts';
import { logError } from './log.ts';
import type { CallOrigin, OriginReply } from './origin.ts';
import type { Platform } from './platform.ts';
import type { StrangerLimit } from './strangers.ts';

/** Named so that a slow origin costs a cold isolate's buyer no more than this. */
const ORIGIN_TIMEOUT_MS = 2_000;
/** A cache that is slower than that is no help. */
const CACHE_TIMEOUT_MS = 200;
const FRESH_MS = 1_000;
/** A sale's page says for that long how the sale was when the origin was last heard. */
const KEPT_SECONDS = 3_600;

export interface SharedSourceNeeds<Told> {
  platform: Platform;
  callOrigin: CallOrigin;
  /** What is fetched, in the names of the cache and of what is logged. */
  name: string;
  schema: z.ZodType<Told>;
  /** Under a host that no client can reach. */
  addressOf(saleId: string): string;
  pathOf(saleId: string): string;
  /** Where ids come that may be made up; it stands before the origin and behind the cache. */
  strangers?: StrangerLimit;
}

type TellingReply<Told> = Extract<Reply<Told>, { kind: 'told' }>;

export function createSharedSource<Told>(needs: SharedSourceNeeds<Told>): FetchCopy<Told> {
  const { callOrigin, name, addressOf, pathOf, strangers } = needs;
  const cache = createSaleCache(needs);
  return async (saleId, nowMs) => {
    const address = addressOf(saleId);
    const cached = await cache.read(address);
    if (cached?.told !== undefined) strangers?.found(saleId);
    if (cached !== undefined && isFresh(cached, nowMs)) return cached;
    if (strangers && !strangers.mayAsk(saleId, nowMs)) return { kind: 'not-asked', last: cached };
    const reply = await callOrigin({
      method: 'GET',
      path: pathOf(saleId),
      buyerId: '',
      timeoutMs: ORIGIN_TIMEOUT_MS,
    });
    const read = readReply(needs.schema, reply, nowMs);
    if (read.kind === 'failed') {
      logError(`${name}-failed`, { saleId, reason: read.reason });
      return { kind: 'failed', last: cached };
    }
    if (read.told !== undefined) strangers?.found(saleId);
    await cache.write(address, read);
    return read;
  };
}

/** A copy of the future was asked for before a clock was set back: nobody knows how old it is. */
function isFresh({ askedAtMs }: { askedAtMs: number }, nowMs: number): boolean {
  return askedAtMs <= nowMs && nowMs - askedAtMs <= FRESH_MS;
}

function readReply<Told>(
  schema: z.ZodType<Told>,
  reply: OriginReply,
  askedAtMs: number,
): TellingReply<Told> | { kind: 'failed'; reason: string } {
  if (reply.kind === 'no-reply') return { kind: 'failed', reason: reply.reason };
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder().decode(reply.body));
  } catch {
    return { kind: 'failed', reason: `status ${reply.status}, not JSON` };
  }
  const refusal = problemOf(body);
  if (reply.status === 404 && refusal === 'unknown-sale') {
    return { kind: 'told', told: undefined, askedAtMs };
  }
  if (reply.status !== 200) {
    // no-pass: PASS_KEYS or the clocks of edge and origin do not agree.
    return { kind: 'failed', reason: `status ${reply.status} ${refusal}` };
  }
  const parsed = schema.safeParse(body);
  if (!parsed.success) return { kind: 'failed', reason: z.prettifyError(parsed.error) };
  return { kind: 'told', told: parsed.data, askedAtMs };
}

function problemOf(body: unknown): string {
  const type = typeof body === 'object' && body !== null && 'type' in body ? body.type : undefined;
  return typeof type === 'string' ? problemName(type) : '';
}

function createSaleCache<Told>({ platform, name, schema }: SharedSourceNeeds<Told>) {
  const useCache = createColoCache({
    platform,
    cacheName: `sluice-${name}s`,
    failure: `${name}-cache-failed`,
    timeoutMs: CACHE_TIMEOUT_MS,
  });
  /** `told` is null for a sale that does not exist: that is known for a second, too. */
  const cachedSchema = z.object({ askedAtMs: z.number(), told: schema.nullable() });

  return {
    read: (address: string) =>
      useCache(async (cache): Promise<TellingReply<Told> | undefined> => {
        const hit = await cache.match(address);
        if (hit === undefined) return undefined;
        const { told, askedAtMs } = cachedSchema.parse(await hit.json());
        return { kind: 'told', told: told ?? undefined, askedAtMs };
      }),
    async write(address: string, { told, askedAtMs }: TellingReply<Told>): Promise<void> {
      const headers = { 'cache-control': `max-age=${KEPT_SECONDS}` };
      const copy = Response.json({ askedAtMs, told: told ?? null }, { headers });
      await useCache((cache) => cache.put(address, copy));
    },
  };
}
