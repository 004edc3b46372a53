/**
 * PaymentProvider on the sandbox, the stand-in for a real provider. An answer that is not
 * understood counts as no answer: it is asked again, since every request may be repeated.
 */
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import {
  type EventReading,
  type PaymentProvider,
  ProviderRefusedError,
  ProviderUnavailableError,
  type SessionRef,
  type SignedEvent,
} from './provider.ts';
import {
  type SandboxEvent,
  type SandboxSession,
  sandboxApiKey,
  sandboxEventSchema,
  sandboxSessionSchema,
} from './sandbox-wire.ts';

/** It answers within milliseconds; a buyer may be waiting for this. */
const REQUEST_LIMIT_MS = 5_000;
/** Of what the sandbox says against a request, for the log. */
const REASON_CHARACTERS = 200;

export interface SandboxProviderOptions {
  /** Where the origin reaches it. */
  url: string;
  /** `whsec_` and base64: signs its events, and the API's key is derived from it. */
  secret: string;
  /** Where browsers reach it, when that differs. */
  publicUrl?: string;
}

export function createSandboxProvider(options: SandboxProviderOptions): PaymentProvider {
  const { secret, url, publicUrl = url } = options;
  const webhook = new Webhook(secret);
  const authorization = `Bearer ${sandboxApiKey(secret)}`;

  async function request(method: 'GET' | 'POST', path: string, sent: Sent = {}): Promise<Response> {
    const response = await reach(`${url}${path}`, {
      method,
      headers: {
        authorization,
        ...(sent.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(sent.key === undefined ? {} : { 'idempotency-key': sent.key }),
      },
      ...(sent.body === undefined ? {} : { body: JSON.stringify(sent.body) }),
    });
    if (response.ok || REFUSALS.has(response.status)) return response;
    await response.body?.cancel();
    throw new ProviderUnavailableError(`the sandbox answered ${response.status} to ${path}`);
  }

  async function session(method: 'GET' | 'POST', path: string, sent?: Sent) {
    const response = await request(method, path, sent);
    return response.ok ? readSession(response) : { refused: await readReason(response) };
  }

  /** A session that the sandbox does not have takes no money: its file was thrown away. */
  async function statusFrom(method: 'GET' | 'POST', path: string) {
    const answer = await session(method, path);
    return 'refused' in answer ? 'cancelled' : answer.status;
  }

  return {
    name: 'sandbox',
    async open(opening) {
      const answer = await session('POST', '/sessions', { body: opening, key: opening.paymentId });
      if ('refused' in answer) return { kind: 'refused', reason: answer.refused };
      const { sessionId } = answer;
      return { kind: 'open', sessionId, url: `${publicUrl}/pay/${sessionId}` };
    },
    cancel: (ref) => statusFrom('POST', `${pathOf(ref)}/cancel`),
    find: (ref) => statusFrom('GET', pathOf(ref)),
    async refund({ amount, currency, ...ref }) {
      const body = { amount, currency };
      const key = `${ref.paymentId}_refund`;
      const answer = await session('POST', `${pathOf(ref)}/refund`, { body, key });
      if ('refused' in answer) throw new ProviderRefusedError(answer.refused);
      return answer.refunded ? 'refunded' : 'pending';
    },
    readEvent: (event) => readEvent(webhook, event),
    async ping() {
      const response = await request('GET', '/readyz');
      await response.body?.cancel();
    },
  };
}

interface Sent {
  body?: unknown;
  /** Idempotency-Key. */
  key?: string;
}

/** What the sandbox will say again, however often it is asked. 401 is not among them: see ping. */
const REFUSALS: ReadonlySet<number> = new Set([400, 404, 409, 413, 422]);

function pathOf({ sessionId }: SessionRef): string {
  return `/sessions/${encodeURIComponent(sessionId)}`;
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, {
      ...init,
      redirect: 'error',
      signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
    });
  } catch (cause) {
    throw new ProviderUnavailableError('the sandbox does not answer', { cause });
  }
}

async function readSession(response: Response): Promise<SandboxSession> {
  try {
    return sandboxSessionSchema.parse(await response.json());
  } catch (cause) {
    throw new ProviderUnavailableError('the sandbox answered no session', { cause });
  }
}

async function readReason(response: Response): Promise<string> {
  const text = await response.text().catch(() => '');
  return `${response.status} ${text.slice(0, REASON_CHARACTERS)}`;
}

const WHAT = {
  'payment.paid': 'paid',
  'payment.failed': 'failed',
  'payment.cancelled': 'cancelled',
  'payment.refunded': 'refunded',
} as const satisfies Record<SandboxEvent['type'], string>;

/** The library reads the clock itself and holds events to EVENT_TOLERANCE_SECONDS. */
function readEvent(webhook: Webhook, { body, headers }: SignedEvent): EventReading {
  const signed = {
    'webhook-id': headers['webhook-id'] ?? '',
    'webhook-timestamp': headers['webhook-timestamp'] ?? '',
    'webhook-signature': headers['webhook-signature'] ?? '',
  };
  try {
    webhook.verify(body, signed, { jsonParse: false });
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    return { kind: 'invalid', reason: error.message };
  }
  const parsed = sandboxEventSchema.safeParse(parseJson(body));
  if (!parsed.success) return { kind: 'ignored', reason: 'not an event of the sandbox' };
  const { type, data } = parsed.data;
  return { kind: 'event', eventId: signed['webhook-id'], what: WHAT[type], ...data };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
