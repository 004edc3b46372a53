/**
 * The draw with its memory: whoever was drawn gets a signed cookie that says so, and an isolate
 * that does not know of the latest share step yet takes its word (I6). It repeats a verdict that
 * the proof shows, and grants nothing else: it names the sale and the buyer, and a forged or a
 * foreign one is as good as none.
 */
import { toBase64Url } from '../contract/base64url.ts';
import type { ShareStep } from '../contract/draw.ts';
import type { Hashing } from '../contract/hashing.ts';
import type { Refusal } from '../contract/outcomes.ts';
import type { PassKey } from '../contract/pass.ts';
import type { ExtraHeaders } from './answer.ts';
import { drawGate } from './gates/draw-gate.ts';
import { cookiesOf, createSignedCookie } from './signed-cookie.ts';
import type { KnownSale } from './snapshot.ts';

/**
 * For the paths of its sale, so that a buyer of many sales does not send them all: another host of
 * the domain can set one, and what it can set is good for nobody but whom it names.
 */
const KIND = { name: 'sluice_drawn', hostOnly: false, label: 'sluice drawn cookie v1' };
/** A header beside the guest's `set-cookie`: the two names differ, and `Headers` keeps both. */
const SET_COOKIE = 'Set-Cookie';

export type DrawVerdict =
  /** `headers` when the buyer is to keep a cookie of it. */
  { kind: 'drawn'; headers?: ExtraHeaders } | (Refusal & { kind: 'not-drawn' });

export type JudgeDraw = (
  request: Request,
  sale: KnownSale,
  buyer: { buyerId: string; nowMs: number },
) => DrawVerdict;

export function createDrawJudge(hashing: Hashing, passKeys: readonly PassKey[]): JudgeDraw {
  const cookie = createSignedCookie(hashing, passKeys, KIND);
  return (request, { snapshot, seedHash }, { buyerId, nowMs }) => {
    const { saleId, shareSteps, closesAtMs } = snapshot;
    const refusal = drawGate({ shareSteps, seedHash }, buyerId, nowMs);
    // Where everybody is drawn from the start no isolate ever refuses anybody.
    if (refusal === undefined && !isDrawing(shareSteps)) return { kind: 'drawn' };
    const value = wordOf(saleId, buyerId);
    const cookies = cookiesOf(request);
    const isKnown = cookie.read(cookies, (each) => each === value) !== undefined;
    if (isKnown) return { kind: 'drawn' };
    if (refusal !== undefined) return refusal;
    const setCookie = cookie.write(value, {
      maxAgeSeconds: Math.ceil((closesAtMs - nowMs) / 1_000),
      path: `/api/sales/${saleId}`,
      secure: cookies.secure,
    });
    return { kind: 'drawn', headers: { [SET_COOKIE]: setCookie } };
  };
}

function isDrawing(steps: readonly ShareStep[]): boolean {
  return steps.some(({ share }) => share < 1);
}

/** A buyer's id may hold what a cookie may not. */
function wordOf(saleId: string, buyerId: string): string {
  return `${saleId}.${toBase64Url(new TextEncoder().encode(buyerId))}`;
}
