/**
 * One POST to PlanetScale, as its client makes it: with the login, held to a limit of time, sent
 * once. Nothing here repeats a request, and neither does the client. What is thrown never names the
 * login; a request that got no answer may have been executed all the same.
 */

/** Longer than a statement may wait for a lock, so that the server's clear error comes first. */
const POST_TIMEOUT_MS = 15_000;

/** The part of `fetch` that the client needs. */
export type Post = (url: string, init?: RequestInit) => Promise<Response>;

export interface PlanetscaleLogin {
  /** `https://host`, where its API is. */
  origin: string;
  /** As it may be shown. */
  host: string;
  authorization: string;
}

/** Thrown when a POST had no answer that could be read: nobody knows whether it was executed. */
export class PlanetscaleUnansweredError extends Error {
  readonly code: string;
  readonly isUnanswered = true;

  constructor(message: string, code: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** `https://user:password@host`; a database's name behind it is the server's to know. */
export function loginOf(url: string): PlanetscaleLogin {
  const { protocol, host, username, password } = new URL(url);
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    origin: `${protocol}//${host}`,
    host,
    authorization: `Basic ${Buffer.from(login).toString('base64')}`,
  };
}

export function createPost({ host, authorization }: PlanetscaleLogin): Post {
  return async (url, init) => {
    const headers = new Headers(init?.headers);
    // The client encodes what of the URL is encoded already, and takes Latin letters only.
    headers.set('authorization', authorization);
    const signal = AbortSignal.timeout(POST_TIMEOUT_MS);
    try {
      // Whoever redirects would be given the login.
      const response = await fetch(url, { ...init, headers, signal, redirect: 'error' });
      const body = await response.arrayBuffer();
      const { status, statusText } = response;
      return new Response(body, { status, statusText, headers: response.headers });
    } catch (cause) {
      throw unanswered(host, cause);
    }
  };
}

function unanswered(host: string, error: unknown): PlanetscaleUnansweredError {
  const why = codeOf(error);
  if (error instanceof Error && error.name === 'TimeoutError') {
    const message = `the book at ${host} gave no answer within ${POST_TIMEOUT_MS / 1000} s`;
    return new PlanetscaleUnansweredError(message, 'ETIMEDOUT', { cause: error });
  }
  const message = `the book at ${host} cannot be reached (${why})`;
  return new PlanetscaleUnansweredError(message, why, { cause: error });
}

/** `fetch` says "fetch failed", and why in the cause. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return 'unknown';
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
