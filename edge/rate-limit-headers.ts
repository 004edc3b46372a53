/**
 * The `RateLimit-Policy` and `RateLimit` headers (draft-ietf-httpapi-ratelimit-headers-10):
 * structured field lists (RFC 9651), one item a policy that was applied.
 */
export interface RateLimitState {
  policy: 'buyer' | 'sale';
  /** Requests in a window. */
  quota: number;
  windowSeconds: number;
  /** Requests that would still be let through now, as far as this isolate knows. */
  remaining: number;
  /** Until there is more. */
  resetMs: number;
}

export function rateLimitHeaders(states: readonly RateLimitState[]): Record<string, string> {
  return {
    'ratelimit-policy': states
      .map(({ policy, quota, windowSeconds }) => `"${policy}";q=${quota};w=${windowSeconds}`)
      .join(', '),
    ratelimit: states
      .map(
        ({ policy, remaining, resetMs }) =>
          `"${policy}";r=${remaining};t=${Math.ceil(resetMs / 1000)}`,
      )
      .join(', '),
  };
}
