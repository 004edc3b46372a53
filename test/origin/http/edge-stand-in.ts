/**
 * Sends requests to an origin as the edge would, with a pass; and, for tests of what the origin
 * refuses, with something else sent than was signed.
 */
import { createPassKeeper, PASS_HEADER, parsePassKeys } from '../../../contract/pass.ts';
import { problemName } from '../../../contract/problem.ts';
import { nodeHashing } from '../../../origin/hashing.ts';

export interface SentRequest {
  method: string;
  path: string;
  body: string;
  buyerId: string;
  idempotencyKey: string;
  /** When the edge let it in. */
  timeMs: number;
  /** Sends the body without declaring its length. */
  chunked: boolean;
  /** What else the edge passes on. */
  headers: Record<string, string>;
}

/** What answers hold, all in one: a field that is missing fails the test that looks at it. */
export interface AnswerBody {
  type: string;
  detail: string;
  errors: { field: string; message: string }[];
  orderId: string;
  state: string;
  seed: string;
  stockLeft: number;
  opensAt: string;
  closesAt: string;
  now: string;
  notReady: Record<string, string>;
  title: string;
  reason: string;
  closedBy: string;
  payment: string;
  paymentId: string;
}

export interface Told {
  status: number;
  headers: Headers;
  body: AnswerBody;
  /** `202`, or `409 sold-out` for a problem. */
  short: string;
}

export interface EdgeStandIn {
  /** Sends `request`; the pass is signed for it, with `signed` in place of what is sent. */
  send(request: Partial<SentRequest>, signed?: Partial<SentRequest>): Promise<Told>;
  /** With this pass, or none. */
  sendWith(pass: string | undefined, request: Partial<SentRequest>): Promise<Told>;
  sign(request: Partial<SentRequest>): string;
}

/** An order of one unit of `saleId` by one buyer, unless said otherwise. */
export function createEdgeStandIn(options: {
  originUrl: string;
  passKeys: string;
  saleId: string;
}): EdgeStandIn {
  const { originUrl, passKeys, saleId } = options;
  const passes = createPassKeeper(nodeHashing, parsePassKeys(passKeys));
  const complete = (request: Partial<SentRequest>): SentRequest => ({
    method: 'POST',
    path: `/api/sales/${saleId}/orders`,
    body: request.method === 'GET' ? '' : '{"quantity":1}',
    buyerId: 'buyer-1',
    idempotencyKey: request.method === 'GET' ? '' : 'one-click-of-one-buyer',
    timeMs: Date.now(),
    chunked: false,
    headers: {},
    ...request,
  });

  async function sendWith(pass: string | undefined, given: Partial<SentRequest>): Promise<Told> {
    const { method, path, body, idempotencyKey, chunked, headers } = complete(given);
    const response = await fetch(`${originUrl}${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...headers,
        ...(idempotencyKey === '' ? {} : { 'idempotency-key': idempotencyKey }),
        ...(pass === undefined ? {} : { [PASS_HEADER]: pass }),
      },
      ...(body === '' ? {} : { body: chunked ? new Blob([body]).stream() : body }),
      duplex: 'half',
    });
    return told(response);
  }

  const sign = (request: Partial<SentRequest>) => passes.sign(complete(request));
  return {
    send: (request, signed = {}) => sendWith(sign({ ...request, ...signed }), request),
    sendWith,
    sign,
  };
}

export async function told(response: Response): Promise<Told> {
  const { status, headers } = response;
  const body = (status === 204 ? {} : await response.json()) as AnswerBody;
  const isProblem = headers.get('content-type') === 'application/problem+json';
  const short = isProblem ? `${status} ${problemName(body.type)}` : String(status);
  return { status, headers, body, short };
}
