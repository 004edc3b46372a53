/**
 * Redis over a socket: one connection that is restored without help, commands sent one behind the
 * other without waiting. The race accepted: a command whose answer was lost is sent once more after
 * the reconnect, so it may be executed twice.
 */
import { Redis } from 'ioredis';
import { wordsOf } from './backend-failures.ts';
import type { TlsMaterial } from './connection-security.ts';
import { connectionOver, type RedisConnection, redisFailure } from './redis.ts';

/** A healthy Redis answers in under 1 ms; after this long the buyer is better told to ask again. */
const COMMAND_TIMEOUT_MS = 2_000;
/** A first connection is as slow as a network round trip and a TLS handshake. */
const CONNECT_TIMEOUT_MS = 2_000;
/** A peer that vanished without closing: longer than any stall of a disk that fsyncs. */
const SOCKET_TIMEOUT_MS = 10_000;
/** A command survives one reconnect; with more, requests would pile up while Redis is away. */
const MAX_RETRIES_PER_REQUEST = 1;
/** Doubles from the first to the last; quick at first, since a restart of Redis takes a moment. */
const FIRST_RECONNECT_DELAY_MS = 50;
const LAST_RECONNECT_DELAY_MS = 1_000;

export interface RedisSocketOptions {
  /** `redis://` or `rediss://`, with user, password and database number as usual. */
  url: string;
  /** For `rediss://`: whom to trust, and who asks. */
  tls?: TlsMaterial | undefined;
  /** Shown by CLIENT LIST. */
  connectionName?: string;
  /** Told each time the connection breaks, in the words of a failed command. */
  onConnectionError?: ((error: Error) => void) | undefined;
}

/** Connects in the background; commands wait for it no longer than their time limit. */
export function connectRedis(options: RedisSocketOptions): RedisConnection {
  const { host } = new URL(options.url);
  const redis = new Redis(options.url, {
    connectionName: options.connectionName ?? 'sluice',
    // Lists stay flat as they do over HTTP; the later protocol nests some of them.
    protocol: 2,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
    maxRetriesPerRequest: MAX_RETRIES_PER_REQUEST,
    enableOfflineQueue: true,
    retryStrategy: reconnectDelayMs,
    ...(options.url.startsWith('rediss:') ? { tls: { ...options.tls } } : {}),
  });
  /** Why there is no connection; commands only learn that there was none. */
  let broken: Error | undefined;
  redis.on('error', (error: Error) => {
    broken = error;
    options.onConnectionError?.(redisFailure(host, wordsOf(error), error));
  });
  redis.on('ready', () => {
    broken = undefined;
  });

  function failed(error: unknown): never {
    const isReply = error instanceof Error && error.name === 'ReplyError';
    const cause = isReply ? error : (broken ?? error);
    throw redisFailure(host, wordsOf(cause), cause);
  }

  return connectionOver({
    send: (name, ...parameters) => redis.call(name, ...parameters),
    failed,
    async close() {
      await redis.quit().catch(() => redis.disconnect());
    },
  });
}

function reconnectDelayMs(attempt: number): number {
  return Math.min(FIRST_RECONNECT_DELAY_MS * 2 ** (attempt - 1), LAST_RECONNECT_DELAY_MS);
}
