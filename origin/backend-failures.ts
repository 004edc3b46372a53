/**
 * What an error of a backend means to whoever runs the origin: a mistake in the settings, which no
 * waiting mends, or an outage, which passes. Judged by the codes and numbers that the adapters, the
 * drivers and Node give, never by words. A name that nobody knows counts as an outage: cluster
 * software takes a name away while nothing serves behind it.
 */
export type Failure = 'login' | 'right' | 'database' | 'tables' | 'tls' | 'setup' | 'away';

/** Errors of adapters wrap each other; more levels than this would be a circle. */
export const MOST_CAUSES = 10;

const BY_CODE: ReadonlyMap<unknown, Failure> = new Map<unknown, Failure>([
  ['redis-refused', 'login'],
  ['etcd-login', 'login'],
  ['etcd-refused', 'setup'],
  ['book-login', 'login'],
  ['book-schema-frozen', 'tables'],
  ['kafka-login', 'login'],
  ['kafka-setup', 'setup'],
  // Of Node's TLS. An authority that ends, and a clock that is wrong, are no setting of ours.
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'tls'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'tls'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'tls'],
  ['CERT_SIGNATURE_FAILURE', 'tls'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'tls'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tls'],
  ['HANDSHAKE_NO_SSL_SUPPORT', 'tls'],
]);

/** MySQL and MariaDB, the same over Vitess. */
const BY_NUMBER: ReadonlyMap<unknown, Failure> = new Map<unknown, Failure>([
  [1044, 'right'], // ER_DBACCESS_DENIED_ERROR
  [1045, 'login'], // ER_ACCESS_DENIED_ERROR
  [1046, 'database'], // ER_NO_DB_ERROR
  [1049, 'database'], // ER_BAD_DB_ERROR
  [1142, 'right'], // ER_TABLEACCESS_DENIED_ERROR
  [1143, 'right'], // ER_COLUMNACCESS_DENIED_ERROR
  [1227, 'right'], // ER_SPECIFIC_ACCESS_DENIED_ERROR
  [1698, 'login'], // ER_ACCESS_DENIED_NO_PASSWORD_ERROR
]);

const AWAY_CODES: ReadonlySet<unknown> = new Set([
  'redis-unavailable',
  'etcd-unavailable',
  'kafka-unreachable',
  'log-append',
  // Of Node's sockets and its resolver.
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  // Of mysql2.
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'POOL_CLOSED',
]);

/** Undefined for what says nothing about whether the backend serves. */
export function failureOf(error: unknown): Failure | undefined {
  const chain = chainOf(error);
  const refusal = chain.map(refusalIn).find((failure) => failure !== undefined);
  if (refusal !== undefined) return refusal;
  return chain.some(isAway) ? 'away' : undefined;
}

/** Whether only somebody who changes a setting, or the backend's users, ends it. */
export function isRefusal(failure: Failure | undefined): boolean {
  return failure !== undefined && failure !== 'away';
}

/**
 * In one line. When each address of a name refuses, Node gives an error without a message, but with
 * a code.
 */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const words = error.message || String(fieldOf(error, 'code') ?? error.name);
  return words.replaceAll(/\s+/g, ' ').trim();
}

/** The same, with the host, which drivers leave out. */
export function saidBy(url: string, error: unknown): string {
  const words = wordsOf(error);
  const host = hostOf(url);
  return words.includes(host) ? words : `${host} says: ${words}`;
}

/** Without user and password; several with commas, as the URL has them. */
function hostOf(url: string): string {
  const [host = ''] = url
    .replace(/^[a-z]+:\/\//, '')
    .replace(/^.*@/, '')
    .split(/[/?#]/);
  return host;
}

function refusalIn(error: Error): Failure | undefined {
  return BY_CODE.get(fieldOf(error, 'code')) ?? BY_NUMBER.get(fieldOf(error, 'errno'));
}

/** What PlanetScale left unanswered says so by itself, whatever its code. */
function isAway(error: Error): boolean {
  return AWAY_CODES.has(fieldOf(error, 'code')) || fieldOf(error, 'isUnanswered') === true;
}

function chainOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let at = error; at instanceof Error && chain.length < MOST_CAUSES; at = at.cause) {
    chain.push(at);
  }
  return chain;
}

function fieldOf(error: Error, name: string): unknown {
  return Reflect.get(error, name);
}
