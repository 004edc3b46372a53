/**
 * What every answer of the Worker tells a browser about itself, whoever made the answer: it is no
 * page, nobody may frame it, nobody guesses what it is. The files of edge/web have
 * edge/web/_headers; pages that the Worker computes say their own policy, and that stays.
 */

const PERMISSIONS = 'camera=(), geolocation=(), microphone=(), payment=(), usb=()';

/** For what is data: nothing in it is ever loaded or run, wherever it is opened. */
export const DATA_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'permissions-policy': PERMISSIONS,
};

/** The API's description: scripts and styles from here, and pictures that its style sheet holds. */
export const DOCUMENTATION_HEADERS = {
  ...DATA_HEADERS,
  'content-security-policy': [
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:",
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  ].join('; '),
};

/**
 * For a page that asks its visitor something with a script of another host, as a captcha does: that
 * host may run its script and frame there and nowhere else, and only the shop's own pages may frame
 * the page. `scriptOrigin` is configuration, such as https://challenges.cloudflare.com.
 */
export function challengeHeaders(scriptOrigin: string): Record<string, string> {
  return {
    ...DATA_HEADERS,
    'content-security-policy': [
      `default-src 'none'; script-src 'self' ${scriptOrigin}; frame-src ${scriptOrigin}`,
      `connect-src 'self' ${scriptOrigin}; style-src 'self'; img-src 'self'; base-uri 'none'`,
      "form-action 'self'; frame-ancestors 'self'",
    ].join('; '),
    'x-frame-options': 'SAMEORIGIN',
  };
}

/**
 * RFC 6797: only what came over TLS may say that TLS is a must from now on. The page's files cannot
 * know how they were asked for; the page's own requests to the API bring it for its whole host.
 */
const STRICT_TRANSPORT = 'max-age=31536000';

/** The headers that are due on an answer to `request` and that it does not have. */
export function missingHeaders(request: Request, answer: Response): [string, string][] {
  const missing: [string, string][] = request.url.startsWith('https:')
    ? [['strict-transport-security', STRICT_TRANSPORT]]
    : [];
  // Most answers have them from the start (edge/answer.ts): one look is enough.
  if (answer.headers.has('x-content-type-options')) return missing;
  for (const header of Object.entries(DATA_HEADERS)) {
    if (!answer.headers.has(header[0])) missing.push(header);
  }
  return missing;
}
