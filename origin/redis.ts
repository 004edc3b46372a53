/**
 * A connection to Redis that never lets a caller hang: short retries, a time limit on each command,
 * and one kind of error for all that is not an answer. A command whose answer was lost is sent once
 * more after the reconnect, so whatever is sent here must be harmless when it is executed twice.
 */
import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import type { TlsMaterial } from './connection-security.ts';

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

/** Redis gave no answer, or cannot serve; the command may have been executed or not. */
export class RedisUnavailableError extends Error {
  readonly code = 'redis-unavailable';
}

/** An answer that no script of this version gives: its data or the script itself is amiss. */
export class RedisReplyError extends Error {
  readonly code = 'redis-reply';
}

export interface RedisConnectionOptions {
  /** `redis://` or `rediss://`, with user, password and database number as usual. */
  url: string;
  /** For `rediss://`: whom to trust, and who asks. */
  tls?: TlsMaterial | undefined;
  /** Shown by CLIENT LIST. */
  connectionName: string;
  /** Told each time the connection breaks; it is restored without help. */
  onConnectionError?: ((error: Error) => void) | undefined;
}

export type RedisScript = (
  keys: readonly string[],
  parameters: readonly (string | number)[],
) => Promise<unknown>;

export interface RedisConnection {
  /** Whatever `command` rejects with becomes a RedisUnavailableError or RedisReplyError. */
  run<Reply>(command: (redis: Redis) => Promise<Reply>): Promise<Reply>;
  /**
   * Prepares a script: called by its hash, and sent whole whenever Redis does not know it.
   * (ioredis's own `defineCommand` may send the hash a second time, and fail when scripts are
   * flushed under load.)
   */
  script(lua: string): RedisScript;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Connects in the background; commands wait for it no longer than their time limit. */
export function connectRedis(options: RedisConnectionOptions): RedisConnection {
  const { host } = new URL(options.url);
  const redis = new Redis(options.url, {
    connectionName: options.connectionName,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
    maxRetriesPerRequest: MAX_RETRIES_PER_REQUEST,
    enableOfflineQueue: true,
    retryStrategy: reconnectDelayMs,
    ...(options.url.startsWith('rediss:') ? { tls: { ...options.tls } } : {}),
  });
  redis.on('error', (error: Error) => options.onConnectionError?.(error));

  async function run<Reply>(command: (client: Redis) => Promise<Reply>): Promise<Reply> {
    try {
      return await command(redis);
    } catch (cause) {
      throw failureOf(host, cause);
    }
  }

  return {
    run,
    script(lua) {
      const hash = createHash('sha1').update(lua).digest('hex');
      return (keys, parameters) =>
        run(async (client) => {
          const rest = [keys.length, ...keys, ...parameters] as const;
          return client.evalsha(hash, ...rest).catch((error: unknown) => {
            if (!isScriptMissing(error)) throw error;
            return client.eval(lua, ...rest);
          });
        });
    },
    async ping() {
      await run((client) => client.ping());
    },
    async close() {
      await redis.quit().catch(() => redis.disconnect());
    },
  };
}

function reconnectDelayMs(attempt: number): number {
  return Math.min(FIRST_RECONNECT_DELAY_MS * 2 ** (attempt - 1), LAST_RECONNECT_DELAY_MS);
}

function isScriptMissing(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

function failureOf(host: string, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (reason.startsWith('SLUICE ')) {
    return new RedisReplyError(`a script refused: ${reason.slice(7)}`, { cause });
  }
  return new RedisUnavailableError(`redis at ${host} does not serve: ${reason}`, { cause });
}
