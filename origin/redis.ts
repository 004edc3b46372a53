/**
 * The port to a Redis, however it is reached, that never lets a caller hang: a time limit on each
 * command, and one kind of error for all that is not an answer. A command whose answer was lost may
 * have been executed, and may be executed once more, so whatever is sent here must be harmless when
 * it is executed twice.
 */
import { createHash } from 'node:crypto';

/** Redis gave no answer, or cannot serve; the command may have been executed or not. */
export class RedisUnavailableError extends Error {
  readonly code: string = 'redis-unavailable';
}

/** It answers, but not to this user, password or token: no waiting mends that. */
export class RedisRefusedError extends RedisUnavailableError {
  override readonly code = 'redis-refused';
}

/** An answer that no script of this version gives: its data or the script itself is amiss. */
export class RedisReplyError extends Error {
  readonly code = 'redis-reply';
}

export type RedisScript = (
  keys: readonly string[],
  parameters: readonly (string | number)[],
) => Promise<unknown>;

/** Rejects with a RedisUnavailableError or a RedisReplyError, and with nothing else. */
export interface RedisConnection {
  /**
   * One command, its name in capitals. The reply is Redis's own: null, a number, a string, or a
   * list of these.
   */
  command(name: string, ...parameters: (string | number)[]): Promise<unknown>;
  /** Prepares a script: called by its hash, and sent whole whenever Redis does not know it. */
  script(lua: string): RedisScript;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Rejects with an error whose message is Redis's, or says what there was instead of one. */
type Send = (name: string, ...parameters: (string | number)[]) => Promise<unknown>;

export interface RedisLine {
  send: Send;
  /** Throws one of this port's errors for whatever `send` rejected with. */
  failed(error: unknown): never;
  close(): Promise<void>;
}

/** A connection over whatever sends commands. */
export function connectionOver({ send, failed, close }: RedisLine): RedisConnection {
  return {
    command: (name, ...parameters) => send(name, ...parameters).catch(failed),
    script(lua) {
      const call = scriptOver(send, lua);
      return (keys, parameters) => call(keys, parameters).catch(failed);
    },
    async ping() {
      await send('PING').catch(failed);
    },
    close,
  };
}

/** ioredis's own `defineCommand` may send the hash twice, and fail when scripts are flushed. */
function scriptOver(send: Send, lua: string): RedisScript {
  const hash = createHash('sha1').update(lua).digest('hex');
  return (keys, parameters) => {
    const rest = [keys.length, ...keys, ...parameters];
    return send('EVALSHA', hash, ...rest).catch((error: unknown) => {
      if (!isScriptMissing(error)) throw error;
      return send('EVAL', lua, ...rest);
    });
  };
}

/** Redis's own first words: a wrong login, none where one is wanted, a user without the right. */
const LOGIN_REFUSED = /^(?:WRONGPASS|NOAUTH|NOPERM)\b/;

/** Names the host and the reason, so neither may hold a password or a token. */
export function redisFailure(host: string, reason: string, cause: unknown): Error {
  const [, refused] = /^(?:ERR )?SLUICE (.*)/s.exec(reason) ?? [];
  if (refused !== undefined) return new RedisReplyError(`a script refused: ${refused}`, { cause });
  if (LOGIN_REFUSED.test(reason)) {
    return new RedisRefusedError(`redis at ${host} refuses the login: ${reason}`, { cause });
  }
  return new RedisUnavailableError(`redis at ${host} does not serve: ${reason}`, { cause });
}

function isScriptMissing(error: unknown): boolean {
  return error instanceof Error && /\bNOSCRIPT\b/.test(error.message);
}
