/**
 * Redis over HTTP, as Upstash speaks it: one POST a command, and each command sent once. A request
 * that failed may have been executed, whatever the failure looks like, and nobody here sends it
 * again: whoever needs it asks anew. The race accepted: a keep-alive connection that the server
 * closes in the very moment of a request costs its caller one such failure.
 */
import { Redis } from '@upstash/redis';
import { connectionOver, type RedisConnection, RedisRefusedError, redisFailure } from './redis.ts';

/** Answers come within two round trips over the internet; after this long the buyer asks again. */
const CALL_TIMEOUT_MS = 2_000;
/**
 * Requests under way, each on a connection of its own: at 20 ms a round trip 5,000 commands/s, half
 * of what most plans of Upstash allow. Without a limit a rush of look-ups opens thousands.
 */
const MAX_IN_FLIGHT = 100;
/** Beyond it a caller would have to wait for longer than the time limit in any case. */
const MAX_WAITING = 10_000;
/** Of what was answered: enough for Redis's errors, and for the title of a proxy's page. */
const MAX_SHOWN = 200;

export interface RedisHttpOptions {
  /** `https://`, or `http://` for a loopback address. */
  url: string;
  token: string;
}

/** Connects at the first command. */
export function connectUpstash({ url, token }: RedisHttpOptions): RedisConnection {
  const { host } = new URL(url);
  const redis = new Redis({
    url,
    token,
    // With `false` the client sends a request twice, by default six times (1.39).
    retry: { retries: 0 },
    signal: () => AbortSignal.timeout(CALL_TIMEOUT_MS),
    // All that is stored is ASCII, so JSON carries it whole.
    responseEncoding: false,
    automaticDeserialization: false,
    enableAutoPipelining: false,
    enableTelemetry: false,
    // Where replicas answer reads, no answer is older than what this process wrote before.
    readYourWrites: true,
  });
  const inTurn = createTurns();

  async function send(name: string, ...parameters: (string | number)[]): Promise<unknown> {
    return inTurn(async () => {
      try {
        return await redis.exec([name, ...parameters]);
      } catch (error) {
        // Without its cause: the client repeats the whole command, buyers and all.
        const told = new Error(inShort(reasonOf(error).replaceAll(token, '[secret]')));
        throw Object.assign(told, { code: codeOf(error) });
      }
    });
  }

  function failed(error: unknown): never {
    const reason = error instanceof Error ? error.message : String(error);
    if (!isRefusal(reason)) throw redisFailure(host, reason, error);
    const refusal = `redis at ${host} refused UPSTASH_REDIS_REST_TOKEN: ${reason}`;
    throw new RedisRefusedError(refusal);
  }

  return connectionOver({
    send,
    failed,
    /** There is nothing to end: idle connections close by themselves and keep no process alive. */
    async close() {},
  });
}

type Begin = () => void;

/** Runs MAX_IN_FLIGHT at a time, the rest in the order they came, for no longer than they may. */
function createTurns() {
  const waiting: Begin[] = [];
  let free = MAX_IN_FLIGHT;

  async function begin(): Promise<void> {
    if (free > 0) {
      free -= 1;
      return;
    }
    if (waiting.length >= MAX_WAITING) throw new Error(`${MAX_WAITING} commands wait for it`);
    const askedAt = performance.now();
    await new Promise<void>((resolve) => waiting.push(resolve));
    if (performance.now() - askedAt < CALL_TIMEOUT_MS) return;
    end();
    throw new Error(`no turn within ${CALL_TIMEOUT_MS} ms, so it was not sent`);
  }

  function end(): void {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }

  return async <Reply>(work: () => Promise<Reply>): Promise<Reply> => {
    await begin();
    try {
      return await work();
    } finally {
      end();
    }
  };
}

/** One line: what Redis said, what the network did, or the words of a page that is not Redis's. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${CALL_TIMEOUT_MS} ms`;
  if (error.name === 'UpstashJSONParseError') return `an answer that is no JSON: ${wordsOf(error)}`;
  // The client names the command after the reason, `undefined` when the answer named no reason.
  const [reason = ''] = error.message.split(', command was: ');
  if (reason === 'undefined') return 'an error without a reason';
  // Of JSON that is no object, in words about the client's own source.
  if (/^Cannot (read|destructure) prop/.test(reason)) return 'an answer without a result';
  const { cause } = error;
  if (!(cause instanceof Error)) return reason;
  const code = 'code' in cause ? String(cause.code) : '';
  return [reason, cause.message || code].join(': ');
}

/** Of Node, when it was the network or TLS. */
function codeOf(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? cause.code : undefined;
}

function wordsOf({ message }: Error): string {
  const page = message.replace('Unable to parse response body: ', '');
  return page.replaceAll(/<[^<>]*>/g, ' ').trim() || 'nothing';
}

/** One line; a server may repeat the whole command, buyers and all. */
function inShort(reason: string): string {
  return reason.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_SHOWN);
}

/** Of the token: the wire format has no other sign that the client lets through. */
function isRefusal(reason: string): boolean {
  const words = /\b(WRONGPASS|NOAUTH|unauthorized|auth token|invalid (or expired )?token)\b/i;
  return words.test(reason);
}
