/**
 * Where a guest shows to be a person, before the opening: the page asks whether there is a
 * challenge (GET /api/human), shows it in a frame of its own (/human), and the frame sends what the
 * visitor's browser made of it (POST /api/human) for a signed cookie. The frame is a page apart so
 * that the vendor's script runs there and nowhere near the buyer's orders.
 */

import { humanAnswerSchema } from '../../contract/human.ts';
import { fieldErrors } from '../../contract/invalid.ts';
import type { Refusal } from '../../contract/outcomes.ts';
import { answerOf, cookieHeaders, jsonAnswer } from '../answer.ts';
import { readBody } from '../body.ts';
import { challengeHeaders } from '../security-headers.ts';
import { cookiesOf } from '../signed-cookie.ts';
import { MAX_ANSWER_LENGTH } from '../turnstile.ts';
import type { Edge } from '../wiring.ts';

const SCRIPT_ORIGIN = 'https://challenges.cloudflare.com';
const SCRIPT = `${SCRIPT_ORIGIN}/turnstile/v0/api.js`;
/** An answer, and the JSON around it. */
const MAX_BODY_BYTES = MAX_ANSWER_LENGTH + 100;
/** The vendor is away; a crowd that asks again together would not help it. */
const VENDOR_RETRY_MS = 3_000;
const NO_STORE = { 'cache-control': 'no-store' };

/** 204 when this buyer need not show anything. A new guest gets their cookie with the answer. */
export async function askForChallenge(edge: Edge, request: Request): Promise<Response> {
  const { humans } = edge;
  if (humans === undefined || request.headers.has('authorization')) return nothingToShow();
  const nowMs = edge.platform.clock.nowMs();
  const buyer = await edge.identify(request, nowMs);
  if (buyer.kind !== 'buyer') return answerOf(buyer);
  if (humans.refusal(request, buyer, nowMs) === undefined) return nothingToShow();
  const { siteKey } = humans;
  return jsonAnswer({ siteKey }, { ...NO_STORE, ...cookieHeaders(buyer.setCookie) });
}

export async function takeAnswer(edge: Edge, request: Request): Promise<Response> {
  const { humans } = edge;
  if (humans === undefined) return answerOf({ kind: 'unknown-route' });
  const nowMs = edge.platform.clock.nowMs();
  const address = edge.addressOf(request);
  const limited = edge.addressLimit.take({ address, kind: 'challenge', nowMs });
  if (limited.refusal) return answerOf(limited.refusal);
  const buyer = await edge.identify(request, nowMs);
  if (buyer.kind !== 'buyer') return answerOf(buyer);
  if (!buyer.isGuest) return nothingToShow();
  const newcomer = cookieHeaders(buyer.setCookie);

  const read = await readAnswer(request);
  if ('kind' in read) return answerOf(read, newcomer);
  switch (await humans.judge(read.token, address)) {
    case 'not-human':
      return answerOf({ kind: 'not-human' }, newcomer);
    case 'unavailable':
      return answerOf({ kind: 'overloaded', retryAfterMs: VENDOR_RETRY_MS }, newcomer);
    case 'human': {
      const { secure } = cookiesOf(request);
      const mark = humans.marks.write(buyer.buyerId, edge.platform.clock.nowMs(), secure);
      const headers = new Headers(NO_STORE);
      // Two cookies are two headers.
      for (const cookie of [buyer.setCookie, mark]) {
        if (cookie !== undefined) headers.append('set-cookie', cookie);
      }
      return new Response(null, { status: 204, headers });
    }
  }
}

/** What the frame is called, in the languages that the page speaks. */
const TITLES = { en: 'Are you a person?', 'zh-CN': '您是真人吗？' } as const;
type Language = keyof typeof TITLES;

/**
 * The frame, in the language of the page around it (`?lang=`). Its own script is a file; the policy
 * lets no other run but the vendor's.
 */
export function showChallenge({ humans }: Edge, request: Request): Response {
  if (humans === undefined) return answerOf({ kind: 'unknown-route' });
  const wanted = new URL(request.url).searchParams.get('lang');
  return new Response(pageOf(humans.siteKey, wanted === 'zh-CN' ? wanted : 'en'), {
    headers: {
      ...challengeHeaders(SCRIPT_ORIGIN),
      'content-type': 'text/html; charset=utf-8',
      ...NO_STORE,
    },
  });
}

function pageOf(siteKey: string, language: Language): string {
  return `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<title>${TITLES[language]}</title>
<script src="/human-frame.js"></script>
<script src="${SCRIPT}" async defer></script>
<div class="cf-turnstile" data-sitekey="${siteKey}" data-language="${language}"
  data-callback="sendAnswer"
  data-error-callback="tellFailure" data-expired-callback="tellFailure"></div>
</html>
`;
}

async function readAnswer(request: Request): Promise<{ token: string } | Refusal> {
  const read = await readBody(request, MAX_BODY_BYTES);
  if (read.kind === 'refused') return read.refusal;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(read.body));
  } catch {
    const errors = [{ field: 'body', message: 'must be JSON, for example {"token":"…"}' }];
    return { kind: 'invalid-request', errors };
  }
  const answer = humanAnswerSchema.safeParse(value);
  if (answer.success) return answer.data;
  return { kind: 'invalid-request', errors: fieldErrors('body', answer.error) };
}

function nothingToShow(): Response {
  return new Response(null, { status: 204, headers: NO_STORE });
}
