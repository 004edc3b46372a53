/**
 * Reads a request's body, at most so many bytes of it and for so long, whatever its length header
 * says or does not say; and checks what a crowd sends early, so that a bad request costs the origin
 * nothing. The raw bytes go on; what is packed is refused, so that nothing is ever unpacked.
 */
import { idempotencyKeySchema } from '../contract/ids.ts';
import { fieldErrors } from '../contract/invalid.ts';
import { MAX_BODY_BYTES, placeOrderSchema } from '../contract/order.ts';
import type { FieldError, Refusal } from '../contract/outcomes.ts';
import { joinWaitlistSchema } from '../contract/waitlist.ts';

/** An order fits into the packet of its headers; a provider's event takes a moment. */
const BODY_TIMEOUT_MS = 10_000;

export type ReadBody =
  | { kind: 'read'; body: Uint8Array; idempotencyKey?: string }
  | { kind: 'refused'; refusal: Refusal };

/** An order's body and key, checked. `perBuyer` is the sale's. */
export async function readOrder(request: Request, perBuyer: number): Promise<ReadBody> {
  const read = await readBody(request, MAX_BODY_BYTES);
  if (read.kind === 'refused') return read;
  const key = idempotencyKeySchema.safeParse(request.headers.get('idempotency-key') ?? '');
  const errors = bodyErrors(placeOrderSchema, read.body, perBuyer);
  if (!key.success) errors.push(...fieldErrors('header.idempotency-key', key.error));
  if (errors.length > 0 || !key.success) return invalid(errors);
  return { ...read, idempotencyKey: key.data };
}

/** What somebody who joins the waitlist would take; a buyer has one place, so there is no key. */
export async function readJoin(request: Request, perBuyer: number): Promise<ReadBody> {
  const read = await readBody(request, MAX_BODY_BYTES);
  if (read.kind === 'refused') return read;
  const errors = bodyErrors(joinWaitlistSchema, read.body, perBuyer);
  return errors.length > 0 ? invalid(errors) : read;
}

/** Undefined when there is none, as there should be. */
export async function refuseBody(request: Request): Promise<Refusal | undefined> {
  const read = await readBody(request, 0);
  if (read.kind === 'read') return undefined;
  return { kind: 'invalid-request', errors: [{ field: 'body', message: 'must be empty' }] };
}

function invalid(errors: FieldError[]): ReadBody {
  return { kind: 'refused', refusal: { kind: 'invalid-request', errors } };
}

type Quantity = typeof placeOrderSchema | typeof joinWaitlistSchema;

function bodyErrors(schema: Quantity, body: Uint8Array, perBuyer: number): FieldError[] {
  let value: unknown;
  try {
    value = body.length === 0 ? {} : JSON.parse(new TextDecoder('utf-8', strict).decode(body));
  } catch {
    return [{ field: 'body', message: 'must be JSON, for example {"quantity":1}' }];
  }
  const wanted = schema.safeParse(value);
  if (!wanted.success) return fieldErrors('body', wanted.error);
  if (wanted.data.quantity <= perBuyer) return [];
  return [{ field: 'body.quantity', message: `must be at most ${perBuyer}, the limit a buyer` }];
}

/** A byte order mark stays, and is not JSON: the origin must hash what was signed here. */
const strict = { fatal: true, ignoreBOM: true };

/** Refused when there is more than `limitBytes`; what is over it is not read then. */
export async function readBody(request: Request, limitBytes: number): Promise<ReadBody> {
  const encoding = request.headers.get('content-encoding');
  if (encoding !== null && encoding.toLowerCase() !== 'identity') {
    return invalid([{ field: 'header.content-encoding', message: 'must not be given' }]);
  }
  if (request.body === null) return { kind: 'read', body: new Uint8Array(0) };
  const body = await wholeOf(bytesOf(request, request.body, limitBytes));
  if (body === 'incomplete') {
    const message = `must arrive whole, within ${BODY_TIMEOUT_MS / 1_000} seconds`;
    return invalid([{ field: 'body', message }]);
  }
  if (body !== 'too-large') return { kind: 'read', body };
  return { kind: 'refused', refusal: { kind: 'body-too-large', limitBytes } };
}

type Bytes = Uint8Array | 'too-large';

/** A client that dribbles or goes away is no failure of ours, and must not hold a request open. */
async function wholeOf(reading: Promise<Bytes>): Promise<Bytes | 'incomplete'> {
  const late = Promise.withResolvers<'incomplete'>();
  const timer = setTimeout(() => late.resolve('incomplete'), BODY_TIMEOUT_MS);
  try {
    return await Promise.race([reading.catch(() => 'incomplete' as const), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function bytesOf(request: Request, stream: ReadableStream<Uint8Array>, limitBytes: number) {
  const declared = request.headers.get('content-length');
  if (declared === null) return readAtMost(stream, limitBytes);
  if (Number(declared) > limitBytes) return 'too-large';
  // HTTP holds a body to its declared length; read at once it costs a third of what a reader does.
  const bytes = new Uint8Array(await request.arrayBuffer());
  return bytes.length > limitBytes ? 'too-large' : bytes;
}

async function readAtMost(stream: ReadableStream<Uint8Array>, limitBytes: number): Promise<Bytes> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > limitBytes) {
      // Not awaited: a client that goes on sending must not hold the answer up.
      reader.cancel().catch(() => undefined);
      return 'too-large';
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
