/**
 * Where the lists of who may buy come from: the origin, through a cache that the isolates of a colo
 * share. A version of a list never changes, so a copy is good for as long as somebody wants it; the
 * draw's seed tells a sale from another one that had its id before. The cache lies under a host
 * that no client can reach and a path that nobody without the pass key can guess: the list's salt
 * is a secret.
 */
import { z } from 'zod';
import { type AccessList, accessListSchema } from '../contract/access.ts';
import { toBase64Url } from '../contract/base64url.ts';
import type { Hashing } from '../contract/hashing.ts';
import type { PassKey } from '../contract/pass.ts';
import type { SaleSnapshot } from '../contract/sale.ts';
import { createColoCache } from './colo-cache.ts';
import { logError } from './log.ts';
import type { CallOrigin } from './origin.ts';
import type { Platform } from './platform.ts';

/** A list of 1 MB over a slow line. */
const ORIGIN_TIMEOUT_MS = 3_000;
/** A cache that is slower than that is no help. */
const CACHE_TIMEOUT_MS = 500;
const CACHE_SECONDS = 3_600;
const KEY_LABEL = 'sluice access cache v2';

/** Which list is wanted: the one that this snapshot of the sale names. */
export type ListedSale = Pick<SaleSnapshot, 'saleId' | 'seed' | 'access'>;

/** Undefined when it could not be had; never rejects. */
export type FetchAccessList = (sale: ListedSale) => Promise<AccessList | undefined>;

interface SourceNeeds {
  platform: Platform;
  hashing: Hashing;
  passKeys: readonly PassKey[];
  callOrigin: CallOrigin;
}

export function createAccessSource(needs: SourceNeeds): FetchAccessList {
  const { platform, hashing, passKeys, callOrigin } = needs;
  const [key] = passKeys;
  if (key === undefined) throw new RangeError('the cache of lists needs a pass key');
  const hash = hashing.keyedHash(key.secret);
  const useCache = createColoCache({
    platform,
    cacheName: 'sluice-access',
    failure: 'access-cache-failed',
    timeoutMs: CACHE_TIMEOUT_MS,
  });

  function addressOf({ saleId, seed, access }: ListedSale): string {
    const secretPath = toBase64Url(hash(`${KEY_LABEL}\n${seed}`));
    return `https://access.sluice.invalid/${secretPath}/${saleId}/${access.version}`;
  }

  return async (sale) => {
    const { saleId } = sale;
    const { version } = sale.access;
    const address = addressOf(sale);
    const cached = await useCache(async (cache) => (await cache.match(address))?.text());
    const known = cached === undefined ? undefined : readList(cached);
    if (known?.kind === 'list' && known.list.version >= version) return known.list;
    const path = `/edge/sales/${saleId}/access?version=${version}`;
    const timeoutMs = ORIGIN_TIMEOUT_MS;
    const reply = await callOrigin({ method: 'GET', path, buyerId: '', timeoutMs });
    const failed = (reason: string) => {
      logError('access-failed', { saleId, version, reason });
      return undefined;
    };
    if (reply.kind === 'no-reply') return failed(reply.reason);
    if (reply.status !== 200) return failed(`status ${reply.status}`);
    const text = new TextDecoder().decode(reply.body);
    const read = readList(text);
    if (read.kind === 'bad') return failed(read.reason);
    if (read.list.version < version) return failed(`version ${read.list.version} only`);
    const headers = { 'cache-control': `max-age=${CACHE_SECONDS}` };
    await useCache((cache) => cache.put(address, new Response(text, { headers })));
    return read.list;
  };
}

function readList(
  text: string,
): { kind: 'list'; list: AccessList } | { kind: 'bad'; reason: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'bad', reason: 'not JSON' };
  }
  const parsed = accessListSchema.safeParse(value);
  if (!parsed.success) return { kind: 'bad', reason: z.prettifyError(parsed.error) };
  return { kind: 'list', list: parsed.data };
}
