/**
 * Reads a request's body, at most MAX_BODY_BYTES of it, whatever its length header says or does not
 * say; and checks an order early, so that a bad one costs the origin nothing. The raw bytes go on.
 */
import { idempotencyKeySchema } from '../contract/ids.ts';
import { fieldErrors } from '../contract/invalid.ts';
import { MAX_BODY_BYTES, placeOrderSchema } from '../contract/order.ts';
import type { FieldError, Refusal } from '../contract/outcomes.ts';

export type OrderRequest =
  | { kind: 'order'; body: Uint8Array; idempotencyKey: string }
  | { kind: 'refused'; refusal: Refusal };

const TOO_LARGE: Refusal = { kind: 'body-too-large', limitBytes: MAX_BODY_BYTES };

/** An order's body and key, checked. `perBuyer` is the sale's. */
export async function readOrder(request: Request, perBuyer: number): Promise<OrderRequest> {
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body === undefined) return { kind: 'refused', refusal: TOO_LARGE };
  const key = idempotencyKeySchema.safeParse(request.headers.get('idempotency-key') ?? '');
  const errors = bodyErrors(body, perBuyer);
  if (!key.success) errors.push(...fieldErrors('header.idempotency-key', key.error));
  if (errors.length > 0 || !key.success) {
    return { kind: 'refused', refusal: { kind: 'invalid-request', errors } };
  }
  return { kind: 'order', body, idempotencyKey: key.data };
}

function bodyErrors(body: Uint8Array, perBuyer: number): FieldError[] {
  let value: unknown;
  try {
    value = body.length === 0 ? {} : JSON.parse(new TextDecoder('utf-8', strict).decode(body));
  } catch {
    return [{ field: 'body', message: 'must be JSON, for example {"quantity":1}' }];
  }
  const order = placeOrderSchema.safeParse(value);
  if (!order.success) return fieldErrors('body', order.error);
  if (order.data.quantity <= perBuyer) return [];
  return [{ field: 'body.quantity', message: `must be at most ${perBuyer}, the limit a buyer` }];
}

/** A byte order mark stays, and is not JSON: the origin must hash what was signed here. */
const strict = { fatal: true, ignoreBOM: true };

/** Undefined when there is more than `limitBytes`; what is over it is not read then. */
async function readBody(request: Request, limitBytes: number) {
  if (request.body === null) return new Uint8Array(0);
  const declared = request.headers.get('content-length');
  if (declared === null) return readAtMost(request.body, limitBytes);
  if (Number(declared) > limitBytes) return undefined;
  // HTTP holds a body to its declared length; read at once it costs a third of what a reader does.
  const bytes = new Uint8Array(await request.arrayBuffer());
  return bytes.length > limitBytes ? undefined : bytes;
}

async function readAtMost(stream: ReadableStream<Uint8Array>, limitBytes: number) {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > limitBytes) {
      // Not awaited: a client that goes on sending must not hold the answer up.
      reader.cancel().catch(() => undefined);
      return undefined;
    }
    chunks.push(part.value);
  }
  return joined(chunks, length);
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1) return first;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
