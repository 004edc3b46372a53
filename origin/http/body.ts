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

export async function readBody(
  request: HonoRequest,
  limitBytes: number = MAX_BODY_BYTES,
): Promise<BodyText> {
  const declared = request.header('content-length');
  if (declared !== undefined) {
    if (Number(declared) > limitBytes) return { kind: 'body-too-large', limitBytes };
    return { kind: 'text', text: await request.text() };
  }
  if (request.header('transfer-encoding') === undefined) return { kind: 'text', text: '' };
  return readChunked(request.raw.body, limitBytes);
}

async function readChunked(
  stream: ReadableStream<Uint8Array> | null,
  limitBytes: number,
): Promise<BodyText> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream ?? []) {
    bytes += chunk.length;
    if (bytes > limitBytes) return { kind: 'body-too-large', limitBytes };
    chunks.push(chunk);
  }
  return { kind: 'text', text: Buffer.concat(chunks).toString('utf8') };
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
