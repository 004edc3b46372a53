/**
 * Reads a request's body as text, at most as much of it as the route takes. A declared length is
 * trusted, because Node's parser holds the client to it; a chunked body is counted while it comes.
 */
import type { HonoRequest } from 'hono';
import type { z } from 'zod';
import { invalidRequest } from '../../contract/invalid.ts';
import { MAX_BODY_BYTES } from '../../contract/order.ts';
import type { Refusal } from '../../contract/outcomes.ts';

export type BodyText = { kind: 'text'; text: string } | Refusal;
export type BodyBytes = { kind: 'bytes'; bytes: Uint8Array } | Refusal;

export async function readBody(request: HonoRequest): Promise<BodyText> {
  const declared = request.header('content-length');
  if (declared !== undefined) {
    if (Number(declared) > MAX_BODY_BYTES) return tooLarge(MAX_BODY_BYTES);
    return { kind: 'text', text: await request.text() };
  }
  const body = await readBytes(request, MAX_BODY_BYTES);
  return body.kind === 'bytes' ? { kind: 'text', text: toText(body.bytes) } : body;
}

/** Byte by byte as it came, for what is signed by somebody else. */
export async function readBytes(request: HonoRequest, limitBytes: number): Promise<BodyBytes> {
  const declared = request.header('content-length');
  if (declared !== undefined) {
    if (Number(declared) > limitBytes) return tooLarge(limitBytes);
    return { kind: 'bytes', bytes: new Uint8Array(await request.arrayBuffer()) };
  }
  if (request.header('transfer-encoding') === undefined) {
    return { kind: 'bytes', bytes: new Uint8Array() };
  }
  return readChunked(request.raw.body, limitBytes);
}

/** Keeps a byte order mark: it is part of what was signed. */
export function toText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

const tooLarge = (limitBytes: number): Refusal => ({ kind: 'body-too-large', limitBytes });

async function readChunked(
  stream: ReadableStream<Uint8Array> | null,
  limitBytes: number,
): Promise<BodyBytes> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream ?? []) {
    bytes += chunk.length;
    if (bytes > limitBytes) return tooLarge(limitBytes);
    chunks.push(chunk);
  }
  return { kind: 'bytes', bytes: Buffer.concat(chunks) };
}

/** The body of a request that has no pass, read and parsed. */
export async function readParsed<Value>(
  request: HonoRequest,
  schema: z.ZodType<Value>,
): Promise<{ kind: 'parsed'; value: Value } | Refusal> {
  const body = await readBody(request);
  return body.kind === 'text' ? parseBody(schema, body.text) : body;
}

/** An empty body counts as `{}`. */
export function parseBody<Value>(
  schema: z.ZodType<Value>,
  text: string,
): { kind: 'parsed'; value: Value } | Refusal {
  let value: unknown;
  try {
    value = text === '' ? {} : JSON.parse(text);
  } catch {
    return { kind: 'invalid-request', errors: [{ field: 'body', message: 'must be JSON' }] };
  }
  const parsed = schema.safeParse(value);
  return parsed.success
    ? { kind: 'parsed', value: parsed.data }
    : invalidRequest('body', parsed.error);
}
