/**
 * The shop's public keys, fetched from its JWKS (RFC 7517) and kept in the isolate. The request
 * that finds them old asks again, for itself; the others use what is there, since a Worker may not
 * wait on another request's I/O. A key id that is not known makes somebody ask, but not often: made
 * up ids cost nothing. While the server is silent the last keys stay good for a while; after that,
 * and for ids that nobody could look up, the answer is "not now", never "not you". Accepted: a key
 * that the shop takes back is good for as long as its keys are kept.
 */
import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { logError, messageOf } from './log.ts';
import type { Platform } from './platform.ts';
import { pickKeys, type UnusableKey } from './published-keys.ts';

/** Keys are looked at again after that long: a new one is published before it signs. */
const FRESH_MS = 5 * 60_000;
/** How long keys serve while their server is silent, and with them one that was taken back. */
const USABLE_IN_OUTAGE_MS = 60 * 60_000;
/** For ids that are not known: an isolate asks no more often, whatever tokens are sent. */
const ASK_FOR_UNKNOWN_EVERY_MS = 10_000;
/** A failure is not repeated by the next request of the crowd. */
const PAUSE_AFTER_FAILURE_MS = 2_000;
const TIMEOUT_MS = 2_000;
/** Past the time-out: a request that was cancelled must not keep others from asking. */
const GUARD_MS = 3_000;
/** A cold isolate's first requests look so often whether the one that asks is back. */
const LOOK_EVERY_MS = 25;
/** Shops have two or three keys; each is looked through for every token. */
const MAX_KEYS = 20;
const MAX_SET_CHARACTERS = 64 * 1024;

export type KeyAnswer =
  | { kind: 'keys'; keyOf: JWTVerifyGetKey }
  /** There is no such key. */
  | { kind: 'unknown-key' }
  | { kind: 'not-now'; retryAfterMs: number };

/** Never rejects. `keyId` is the token's own word, undefined when it has none. */
export type FindKeys = (keyId: string | undefined) => Promise<KeyAnswer>;

interface Kept {
  ids: ReadonlySet<string | undefined>;
  keyOf: JWTVerifyGetKey;
  askedAtMs: number;
}

const keySetSchema = z.object({ keys: z.array(z.unknown()).max(MAX_KEYS) });

export function createKeySet(platform: Platform, url: string): FindKeys {
  let kept: Kept | undefined;
  let askingUntilMs = 0;
  let notBeforeMs = 0;
  let hasFailed = false;
  const tellUnusable = createUnusableLog();

  async function ask(): Promise<void> {
    const askedAtMs = platform.clock.nowMs();
    askingUntilMs = askedAtMs + GUARD_MS;
    try {
      const answer = await readKeys(platform, url, tellUnusable);
      hasFailed = false;
      notBeforeMs = 0;
      if (kept === undefined || kept.askedAtMs <= askedAtMs) kept = { ...answer, askedAtMs };
    } catch (error) {
      hasFailed = true;
      notBeforeMs = platform.clock.nowMs() + PAUSE_AFTER_FAILURE_MS;
      logError('jwks-failed', { reason: messageOf(error) });
    } finally {
      askingUntilMs = 0;
    }
  }

  const ageMs = () =>
    kept === undefined ? Number.POSITIVE_INFINITY : platform.clock.nowMs() - kept.askedAtMs;
  const isAsking = () => platform.clock.nowMs() < askingUntilMs;
  const mayAsk = () => !isAsking() && platform.clock.nowMs() >= notBeforeMs;
  const has = (keyId: string | undefined) => kept?.ids.has(keyId) === true;

  /** Only where nothing is known yet: on a timer of the request's own. */
  async function lookForOthers(): Promise<void> {
    for (let waitedMs = 0; waitedMs < TIMEOUT_MS && isAsking(); waitedMs += LOOK_EVERY_MS) {
      await platform.pause(LOOK_EVERY_MS);
    }
  }

  return async (keyId) => {
    if (ageMs() > USABLE_IN_OUTAGE_MS && isAsking()) await lookForOthers();
    const isMissing = !has(keyId) && ageMs() > ASK_FOR_UNKNOWN_EVERY_MS;
    if ((isMissing || ageMs() > FRESH_MS) && mayAsk()) await ask();
    if (kept === undefined || ageMs() > USABLE_IN_OUTAGE_MS) {
      return { kind: 'not-now', retryAfterMs: PAUSE_AFTER_FAILURE_MS };
    }
    if (has(keyId)) return { kind: 'keys', keyOf: kept.keyOf };
    // Nobody could look it up just now: it may be new.
    if (hasFailed || isAsking()) {
      return { kind: 'not-now', retryAfterMs: PAUSE_AFTER_FAILURE_MS };
    }
    return { kind: 'unknown-key' };
  };
}

/** What is wrong with a set stays wrong each time it is read; only a change is written. */
function createUnusableLog() {
  let written = '[]';
  return (unusable: readonly UnusableKey[]): void => {
    const text = JSON.stringify(unusable);
    if (text !== written && unusable.length > 0) logError('jwks-keys-unusable', { unusable });
    written = text;
  };
}

async function readKeys(
  platform: Platform,
  url: string,
  tellUnusable: (unusable: readonly UnusableKey[]) => void,
): Promise<Omit<Kept, 'askedAtMs'>> {
  const response = await platform.send(url, {
    headers: { accept: 'application/json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200) throw new Error(`status ${response.status}`);
  const text = await response.text();
  if (text.length > MAX_SET_CHARACTERS) throw new Error(`${text.length} characters`);
  const { keys: given } = keySetSchema.parse(JSON.parse(text));
  const { keys, unusable } = await pickKeys(given);
  tellUnusable(unusable);
  if (keys.length === 0) throw new Error('no key for signatures');
  // A token without an id fits a set of one key.
  const ids = new Set(keys.length === 1 ? [keys[0]?.kid, undefined] : keys.map(({ kid }) => kid));
  return { ids, keyOf: createLocalJWKSet({ keys }) };
}
