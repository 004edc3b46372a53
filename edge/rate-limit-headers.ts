/**
 * The `RateLimit-Policy` and `RateLimit` headers (draft-ietf-httpapi-ratelimit-headers-10):
 * structured field lists (RFC 9651), one item a policy that was applied.
 */
export interface RateLimitState {
  policy: 'address' | 'buyer' | 'sale';
  /** Requests in a window. */
  quota: number;
  windowSeconds: number;
  /** Requests that would still be let through now, as far as this isolate knows. */
  remaining: number;
  /** Until there is more. */
  resetMs: number;
}

/** A policy that was not applied is left out. */
export function rateLimitHeaders(
  given: readonly (RateLimitState | undefined)[],
): Record<string, string> {
  const states = given.filter((state) => state !== undefined);
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
