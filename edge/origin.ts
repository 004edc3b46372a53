/**
 * One attempt at the origin, signed, bounded in time. A reply is read to its end here, so that a
 * body that never ends is the same as no reply. No reply says nothing about what the origin did.
 */
import { PASS_HEADER, type PassKeeper } from '../contract/pass.ts';
import { messageOf } from './log.ts';
import type { Platform } from './platform.ts';

export interface OriginRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path and query, made by the edge of what it has checked; never a client's text as it came. */
  path: string;
  /** Empty for the edge's own questions. */
  buyerId: string;
  body?: Uint8Array;
  idempotencyKey?: string | undefined;
  traceparent?: string | undefined;
  /** Of a client, picked by name by whoever forwards; never a `sluice-*` one. */
  pickedHeaders?: Record<string, string>;
  timeoutMs: number;
}

export type OriginReply =
  | { kind: 'replied'; status: number; headers: Headers; body: ArrayBuffer }
  | { kind: 'no-reply'; reason: string };

export type CallOrigin = (request: OriginRequest) => Promise<OriginReply>;

interface OriginAddress {
  originUrl: string;
  passes: PassKeeper;
}

export function createOriginCall(platform: Platform, { originUrl, passes }: OriginAddress) {
  const callOrigin: CallOrigin = async (request) => {
    try {
      const response = await platform.send(originUrl + request.path, {
        method: request.method,
        headers: headersOf(request, passes, platform.clock.nowMs()),
        redirect: 'manual',
        signal: AbortSignal.timeout(request.timeoutMs),
        ...(request.body === undefined ? {} : { body: request.body }),
      });
      const { status, headers } = response;
      return { kind: 'replied', status, headers, body: await response.arrayBuffer() };
    } catch (error) {
      return { kind: 'no-reply', reason: messageOf(error) };
    }
  };
  return callOrigin;
}

/** Made from nothing, so that no header of a client ever reaches the origin by accident. */
function headersOf(
  request: OriginRequest,
  passes: PassKeeper,
  nowMs: number,
): Record<string, string> {
  const { method, path, buyerId, body = '', idempotencyKey = '', traceparent } = request;
  const pass = passes.sign({ timeMs: nowMs, method, path, body, buyerId, idempotencyKey });
  return {
    ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...request.pickedHeaders,
    [PASS_HEADER]: pass,
    ...(idempotencyKey === '' ? {} : { 'idempotency-key': idempotencyKey }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}
