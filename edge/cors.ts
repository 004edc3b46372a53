/**
 * Pages of other origins. Those that the operator lists may do what the shop's own page does, with
 * the buyer's cookie or token. All others learn nothing from here, and what they send to change
 * something is refused before anybody looks at whose cookie came along. A request without a
 * browser's headers is no page's: there is nothing to protect its sender from.
 */
import type { Refusal } from '../contract/outcomes.ts';

/** Until a browser asks again whether it may. */
const PREFLIGHT_SECONDS = 3_600;
/** What the API takes; the rest of a page's headers need no leave. */
const ALLOWED_HEADERS = 'authorization, content-type, idempotency-key, presale-code, traceparent';
/** What a script may read besides the few headers that every script may. */
const EXPOSED_HEADERS = 'location, ratelimit, ratelimit-policy, retry-after';
/** RFC 9110, section 9.2.1: these change nothing. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

export interface CrossOrigin {
  /** Why a request is not taken: it changes something and comes from a page that is not listed. */
  refuse(request: Request): (Refusal & { kind: 'foreign-page' }) | undefined;
  /** For the answer to a request. */
  answerHeaders(request: Request): [string, string][];
  /** For the answer to a browser that asks beforehand; `methods` is what the route takes. */
  preflightHeaders(request: Request, methods: string): [string, string][];
}

export function createCrossOrigin(allowedOrigins: ReadonlySet<string>): CrossOrigin {
  /** A cache must not give an answer for one origin to another. */
  const vary: [string, string][] = allowedOrigins.size === 0 ? [] : [['vary', 'Origin']];

  function listed(request: Request): [string, string][] | undefined {
    if (allowedOrigins.size === 0) return undefined;
    const origin = request.headers.get('origin');
    if (origin === null || !allowedOrigins.has(origin)) return undefined;
    return [
      ['access-control-allow-origin', origin],
      ['access-control-allow-credentials', 'true'],
      ...vary,
    ];
  }

  return {
    refuse(request) {
      if (SAFE_METHODS.has(request.method) || isOwnPage(request)) return undefined;
      const origin = request.headers.get('origin');
      return origin !== null && allowedOrigins.has(origin) ? undefined : { kind: 'foreign-page' };
    },
    answerHeaders(request) {
      const headers = listed(request);
      return headers ? [...headers, ['access-control-expose-headers', EXPOSED_HEADERS]] : vary;
    },
    preflightHeaders(request, methods) {
      if (!request.headers.has('access-control-request-method') || !listed(request)) return [];
      return [
        ['access-control-allow-methods', methods],
        ['access-control-allow-headers', ALLOWED_HEADERS],
        ['access-control-max-age', String(PREFLIGHT_SECONDS)],
      ];
    },
  };
}

/**
 * A browser says which site a page is of, and no script can change it. Older ones say the page's
 * origin only; then the host decides, since TLS may end at a proxy before this.
 */
function isOwnPage({ headers, url }: Request): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin' || site === 'none';
  const origin = headers.get('origin');
  return origin === null || isOfHost(origin, { headers, url });
}

/** Whether a page of `origin` is of the very host that is asked, by any scheme. */
export function isOfHost(origin: string, { headers, url }: Pick<Request, 'headers' | 'url'>) {
  const host = headers.get('host') ?? new URL(url).host;
  return URL.canParse(origin) && new URL(origin).host === host;
}
