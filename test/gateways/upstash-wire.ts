/**
 * Upstash's REST wire format without a network: which command a request asks for, and how Redis's
 * reply stands in an answer. From the vendor's page on the REST API, checked against the client.
 */
export type Command = readonly (string | number)[];

/** What a request asks for; `undefined` when it is none of the wire format. */
export type Asked =
  | { kind: 'one'; command: Command }
  | { kind: 'pipeline' | 'multi-exec'; commands: readonly Command[] };

const COMMANDS_URL = 'https://upstash.com/docs/redis/overall/compatibility';
const limitOf = (page: string) =>
  `See https://upstash.com/docs/redis/troubleshooting/${page} for details`;

/** Over REST a connection is not the client's, so nothing that belongs to one is served. */
const UNSUPPORTED = new Set([
  ...['AUTH', 'BLPOP', 'BLMOVE', 'BRPOP', 'BZPOPMAX', 'BZPOPMIN', 'CLIENT', 'CLUSTER', 'DISCARD'],
  ...['EXEC', 'HELLO', 'MULTI', 'PSUBSCRIBE', 'QUIT', 'SELECT', 'SHUTDOWN', 'SUBSCRIBE', 'UNWATCH'],
  ...['WAIT', 'WATCH'],
]);

/** A path of `/` takes the whole command in the body; any other is the command itself. */
export function askedBy(url: URL, body: string): Asked | undefined {
  const path = url.pathname.split('/').slice(1).map(decodeURIComponent);
  if (path[0] === 'pipeline' || path[0] === 'multi-exec') {
    const commands = parsed(body);
    if (!Array.isArray(commands) || !commands.every(isCommand)) return undefined;
    return { kind: path[0], commands };
  }
  if (path[0] === '') {
    const command = parsed(body);
    return isCommand(command) ? { kind: 'one', command } : undefined;
  }
  const query = [...url.searchParams].filter(([name]) => name !== '_token').flat();
  return { kind: 'one', command: [...path, ...(body === '' ? [] : [body]), ...query] };
}

/** The error of a command that is not offered. */
export function unsupported([name]: Command): string | undefined {
  const upper = String(name).toUpperCase();
  if (!UNSUPPORTED.has(upper)) return undefined;
  return `ERR Command is not available: '${upper}'. See ${COMMANDS_URL} for details`;
}

export const errors = {
  token: 'WRONGPASS invalid or missing auth token',
  syntax: 'ERR failed to parse command',
  method: 'ERR method not allowed',
  requests:
    'ERR max requests limit exceeded. Limit: 500000, Usage: 500000. ' +
    limitOf('max_requests_limit'),
  size: (most: number, actual: number) =>
    `ERR max request size exceeded. Limit: ${most} bytes, Actual: ${actual} bytes. ` +
    limitOf('max_request_size_exceeded'),
};

/** In base64 all strings but the reply `OK`; else what is no UTF-8 becomes U+FFFD. */
export function encoded(reply: unknown, inBase64: boolean): unknown {
  if (Buffer.isBuffer(reply) && reply.toString() === 'OK') return 'OK';
  return encodedPart(reply, inBase64);
}

function encodedPart(reply: unknown, inBase64: boolean): unknown {
  if (Array.isArray(reply)) return reply.map((part) => encodedPart(part, inBase64));
  if (Buffer.isBuffer(reply)) return reply.toString(inBase64 ? 'base64' : 'utf8');
  return reply;
}

/** Redis's own words; anything else is a fault of this gateway. */
export function wordsOf(error: unknown): string {
  if (error instanceof Error && error.name === 'ReplyError') return error.message;
  throw error;
}

function isCommand(value: unknown): value is Command {
  return Array.isArray(value) && value.length > 0;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
