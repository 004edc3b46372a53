/**
 * The API's description and its page, which the origin makes from the schemas. Kept in the colo's
 * cache for a while, so that reading the docs costs the origin next to nothing.
 */
import type { Refusal } from '../contract/outcomes.ts';
import { logError, messageOf } from './log.ts';
import type { CallOrigin } from './origin.ts';
import type { Platform, RequestContext } from './platform.ts';

const ORIGIN_TIMEOUT_MS = 10_000;
const UNREACHABLE_RETRY_MS = 2_000;
/** A deploy of the origin shows after that long. */
const CACHE_SECONDS = 60;
const CACHE_NAME = 'sluice-documentation';
/**
 * Names of files and nothing else: no `..`, no encoded slash that the origin would read otherwise.
 */
const PATH = /^\/(openapi\.json|docs(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*\/?)$/;

export type Documentation = (path: string, context: RequestContext) => Promise<Response | Refusal>;

export function createDocumentation(platform: Platform, callOrigin: CallOrigin): Documentation {
  return async (path, context) => {
    if (!PATH.test(path)) return { kind: 'unknown-route' };
    const cache = await platform.openCache(CACHE_NAME);
    const address = `https://documentation.sluice.invalid${path}`;
    const hit = await cache.match(address);
    if (hit !== undefined) return hit;
    const reply = await callOrigin({
      method: 'GET',
      path,
      buyerId: '',
      timeoutMs: ORIGIN_TIMEOUT_MS,
    });
    if (reply.kind === 'no-reply' || reply.status >= 500) {
      const reason = reply.kind === 'no-reply' ? reply.reason : `status ${reply.status}`;
      logError('documentation-failed', { path, reason });
      return { kind: 'overloaded', retryAfterMs: UNREACHABLE_RETRY_MS };
    }
    if (reply.status === 302 || reply.status === 301) return redirect(reply.status, reply.headers);
    if (reply.status !== 200) return { kind: 'unknown-route' };
    const headers = {
      'content-type': reply.headers.get('content-type') ?? 'application/octet-stream',
      'cache-control': `public, max-age=${CACHE_SECONDS}`,
    };
    const kept = new Response(reply.body.slice(0), { headers });
    context.waitUntil(cache.put(address, kept).catch(logCacheFailure));
    return new Response(reply.body, { headers });
  };
}

/** Such as /docs to /docs/; only within the docs. */
function redirect(status: number, headers: Headers): Response | Refusal {
  const location = headers.get('location') ?? '';
  if (!PATH.test(location)) return { kind: 'unknown-route' };
  return new Response(null, { status, headers: { location } });
}

function logCacheFailure(error: unknown): void {
  logError('documentation-cache-failed', { reason: messageOf(error) });
}
