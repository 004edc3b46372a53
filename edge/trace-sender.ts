/**
 * Sends an isolate's ended spans to the collector: behind the answers, at most one request a
 * second, and a limited number of spans, so that a collector that is away or slow costs a buyer
 * nothing.
 * What does not fit and what it does not take is dropped and told in the log. The race accepted:
 * an isolate that ends takes with it what it has not sent.
 */
import { OTLP_TRACES_PATH } from '../contract/trace-names.ts';
import { createErrorLog, messageOf } from './log.ts';
import { type EndedSpan, encodeSpans } from './otlp-json.ts';
import type { Platform } from './platform.ts';
import type { TraceTerms } from './trace-environment.ts';
import { type RequestContext, within } from './waiting.ts';

/** About 200 kB: 5,000 clicks a second at 1 %, each with a call of the origin, in 5 s. */
export const MAX_SPANS = 500;
/** How long spans wait for company: so many requests a second there are at most. */
const GATHER_MS = 1_000;
const SEND_TIMEOUT_MS = 3_000;
/** What comes while one is sent is sent next; a request may be kept alive for 30 s behind it. */
const ROUNDS = 5;
/** Past all rounds, whoever sends has been ended by the platform. */
const GUARD_MS = ROUNDS * (GATHER_MS + SEND_TIMEOUT_MS) + 1_000;

export interface TraceSender {
  /** `context` is of the request that the spans are of; it may be made to last for sending. */
  add(spans: readonly EndedSpan[], context: RequestContext): void;
}

export function createTraceSender(platform: Platform, terms: TraceTerms): TraceSender {
  const { clock } = platform;
  const url = terms.endpoint + OTLP_TRACES_PATH;
  const headers = { ...terms.headers, 'content-type': 'application/json' };
  const logFailure = createErrorLog('traces-failed', clock);
  let waiting: EndedSpan[] = [];
  let dropped = 0;
  /** Somebody sends until then at the latest; 0 when nobody does. */
  let sendingUntilMs = 0;

  async function send(spans: readonly EndedSpan[]): Promise<string | undefined> {
    const request = { method: 'POST', headers, body: encodeSpans(terms.serviceName, spans) };
    const signal = AbortSignal.timeout(SEND_TIMEOUT_MS);
    const response = await platform.send(url, { ...request, redirect: 'manual', signal });
    await response.body?.cancel();
    return response.ok ? undefined : `status ${response.status}`;
  }

  async function sendWaiting(): Promise<void> {
    const limit = { timeoutMs: SEND_TIMEOUT_MS, late: 'no answer in time' };
    for (let round = 0; waiting.length > 0 && round < ROUNDS; round += 1) {
      await platform.pause(GATHER_MS);
      const spans = waiting;
      waiting = [];
      const reason = await within(platform, limit, send(spans)).catch(messageOf);
      if (reason !== undefined) dropped += spans.length;
      if (dropped > 0) logFailure({ dropped, reason: reason ?? 'more came than is kept' });
      dropped = 0;
    }
    sendingUntilMs = 0;
  }

  return {
    add(spans, context) {
      if (waiting.length + spans.length > MAX_SPANS) dropped += spans.length;
      else waiting.push(...spans);
      const nowMs = clock.nowMs();
      // Further ahead than it ever can be, the clock was set back meanwhile.
      if (nowMs < sendingUntilMs && sendingUntilMs <= nowMs + GUARD_MS) return;
      sendingUntilMs = nowMs + GUARD_MS;
      context.waitUntil(sendWaiting());
    },
  };
}
