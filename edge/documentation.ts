/**
 * The API's description and its page, which the origin makes from the schemas. These files and no
 * others: whatever else is asked for under /docs is answered here, so no flood of names reaches the
 * origin. Each is kept by the isolate and by the colo's cache for a minute; while the origin is
 * silent, the last one stays. Accepted: a deploy of the origin shows after two minutes at most.
 */
import { DOCS_PATHS } from '../contract/docs-paths.ts';
import type { Refusal } from '../contract/outcomes.ts';
import { createColoCache, type UseCache } from './colo-cache.ts';
import { type CopyTimes, createCopies, type Reply } from './copies.ts';
import { logError } from './log.ts';
import type { CallOrigin } from './origin.ts';
import type { Platform, RequestContext } from './platform.ts';

/** The largest has 1.7 MB. */
const ORIGIN_TIMEOUT_MS = 10_000;
const CACHE_TIMEOUT_MS = 500;
const CACHE_SECONDS = 60;
const TIMES: CopyTimes = { freshMs: CACHE_SECONDS * 1_000, guardMs: ORIGIN_TIMEOUT_MS + 2_000 };

/** `body` is undefined for a file that this origin does not have. */
interface KnownFile {
  contentType: string;
  body: ArrayBuffer | undefined;
}

export type Documentation = (path: string, context: RequestContext) => Promise<Response | Refusal>;

export function createDocumentation(platform: Platform, callOrigin: CallOrigin): Documentation {
  const useCache = createColoCache({
    platform,
    cacheName: 'sluice-documentation',
    failure: 'documentation-cache-failed',
    timeoutMs: CACHE_TIMEOUT_MS,
  });
  const files = createCopies<KnownFile, KnownFile>({
    platform,
    fetchCopy: (path, nowMs) => fetchFile({ useCache, callOrigin }, path, nowMs),
    keep: (_known, told) => told ?? { contentType: '', body: undefined },
    maxEntries: DOCS_PATHS.size,
    times: TIMES,
  });
  return async (path, context) => {
    if (!DOCS_PATHS.has(path)) return { kind: 'unknown-route' };
    const found = await files.findWithAge(path, context);
    if (found.kind !== 'aged') return found;
    const { body } = found.known;
    if (body === undefined) return { kind: 'unknown-route' };
    return new Response(body, { headers: headersOf(found.known) });
  };
}

interface Sources {
  useCache: UseCache;
  callOrigin: CallOrigin;
}

async function fetchFile(
  { useCache, callOrigin }: Sources,
  path: string,
  askedAtMs: number,
): Promise<Reply<KnownFile>> {
  const address = `https://documentation.sluice.invalid${path}`;
  const cached = await useCache(async (cache) => {
    const hit = await cache.match(address);
    return hit && fileOf(hit.headers, await hit.arrayBuffer());
  });
  if (cached !== undefined) return { kind: 'told', told: cached, askedAtMs };
  const timeoutMs = ORIGIN_TIMEOUT_MS;
  const reply = await callOrigin({ method: 'GET', path, buyerId: '', timeoutMs });
  if (reply.kind === 'replied' && reply.status === 404) {
    return { kind: 'told', told: undefined, askedAtMs };
  }
  if (reply.kind === 'no-reply' || reply.status !== 200) {
    const reason = reply.kind === 'no-reply' ? reply.reason : `status ${reply.status}`;
    logError('documentation-failed', { path, reason });
    return { kind: 'failed' };
  }
  const file = fileOf(reply.headers, reply.body);
  await useCache((cache) =>
    cache.put(address, new Response(reply.body, { headers: headersOf(file) })),
  );
  return { kind: 'told', told: file, askedAtMs };
}

function fileOf(headers: Headers, body: ArrayBuffer): KnownFile {
  return { contentType: headers.get('content-type') ?? 'application/octet-stream', body };
}

function headersOf({ contentType }: KnownFile): Record<string, string> {
  return { 'content-type': contentType, 'cache-control': `public, max-age=${CACHE_SECONDS}` };
}
