/**
 * The only door for buyers (I5): judges the pass of a request against what arrived. The body is
 * read here, since the pass is bound to it.
 */
import type { HonoRequest } from 'hono';
import type { Refusal } from '../../contract/outcomes.ts';
import { PASS_HEADER, type PassKeeper } from '../../contract/pass.ts';
import { readBody, readBytes, toText } from './body.ts';

export interface Admitted {
  kind: 'admitted';
  /** Empty for the edge's own requests. */
  buyerId: string;
  /** When the edge let the request in, by its clock. */
  admittedAtMs: number;
  idempotencyKey: string;
  body: string;
}

/**
 * With `limitBytes` the body is somebody else's: it may be that large, and is judged byte by byte
 * (as text, a byte order mark would be lost). Without, it is a buyer's few characters.
 */
export type PassGate = (request: HonoRequest, limitBytes?: number) => Promise<Admitted | Refusal>;

/** `observe` is told why a pass was refused. */
export function createPassGate(
  keeper: PassKeeper,
  nowMs: () => number,
  observe?: (reason: string) => void,
): PassGate {
  return async (request, limitBytes) => {
    const read = await (limitBytes === undefined
      ? readBody(request)
      : readBytes(request, limitBytes));
    if (read.kind !== 'text' && read.kind !== 'bytes') return read;
    const body = read.kind === 'text' ? read.text : read.bytes;
    const idempotencyKey = request.header('idempotency-key') ?? '';
    const verdict = keeper.verify(
      request.header(PASS_HEADER),
      { method: request.method, path: pathAndQuery(request.url), body, idempotencyKey },
      nowMs(),
    );
    if (verdict.kind === 'invalid') {
      observe?.(verdict.reason);
      return { kind: 'no-pass', reason: verdict.reason };
    }
    return {
      kind: 'admitted',
      buyerId: verdict.buyerId,
      admittedAtMs: verdict.timeMs,
      idempotencyKey,
      body: typeof body === 'string' ? body : toText(body),
    };
  };
}

/**
 * What the edge asks for itself, such as a draw's seed or a list's salt, is the edge's alone. Its
 * own requests have no buyer; whatever it should ever forward by mistake has one.
 */
const NOT_FOR_BUYERS: Refusal = { kind: 'no-pass', reason: 'this is for the edge itself' };

/** Undefined lets the edge's own request through, and nobody else's. */
export async function whyNotEdge(
  passGate: PassGate,
  request: HonoRequest,
): Promise<Refusal | undefined> {
  const admitted = await passGate(request);
  if (admitted.kind !== 'admitted') return admitted;
  return admitted.buyerId === '' ? undefined : NOT_FOR_BUYERS;
}

/**
 * `/a?b` of `http://host/a?b`, as sent: parsing the URL would cost more than the rest of the gate.
 */
function pathAndQuery(url: string): string {
  return url.slice(url.indexOf('/', url.indexOf('//') + 2));
}
