/**
 * Asks etcd: the member that answered last, and the next one when it gives no answer, so whatever
 * is asked here must be harmless when it is done twice. Logs in by name and password when they are
 * given, and again when the token has ended.
 */
import { z } from 'zod';
import type { TlsMaterial } from '../connection-security.ts';
import type { EtcdLogin } from './etcd-address.ts';
import {
  createEtcdHttp,
  type EtcdHttp,
  type EtcdQuestion,
  EtcdRefusedError,
  EtcdUnavailableError,
  LOGIN_PATH,
} from './etcd-http.ts';

export interface EtcdClientOptions {
  /** `host:port` each, all of one cluster. */
  endpoints: readonly string[];
  login?: EtcdLogin | undefined;
  /** Encrypts, and holds each member to its name. */
  tls?: TlsMaterial | undefined;
}

export type EtcdPath =
  | 'kv/range'
  | 'kv/txn'
  | 'lease/grant'
  | 'lease/keepalive'
  | 'lease/revoke'
  | 'maintenance/status';

export interface EtcdClient {
  ask(path: EtcdPath, body: object): Promise<unknown>;
  /** Resolves when the watch sees something, when `forMs` are over, or when `signal` is aborted. */
  watch(create: object, until: { forMs: number; signal: AbortSignal }): Promise<void>;
  close(): void;
}

const AUTHENTICATED = z.object({ token: z.string().min(1) });

/** What a watch says: something happened, or it cannot be gone on with. */
const WATCHED = z.object({
  result: z.object({
    events: z.array(z.unknown()).default([]),
    canceled: z.boolean().default(false),
    /** Above zero when what was to be watched from is forgotten: look anew. */
    compact_revision: z.coerce.number().default(0),
    cancel_reason: z.string().default('it was cancelled'),
  }),
});

export function createEtcdClient({ endpoints, login, tls }: EtcdClientOptions): EtcdClient {
  const http = createEtcdHttp(tls);
  const tokens = login === undefined ? undefined : createTokens(http, login);
  let current = 0;

  async function authenticated<Answer>(
    question: Omit<EtcdQuestion, 'token'>,
    send: (question: EtcdQuestion) => Promise<Answer>,
  ): Promise<Answer> {
    if (tokens === undefined) return send(question);
    const { endpoint } = question;
    const used = tokens.from(endpoint);
    try {
      return await send({ ...question, token: await used });
    } catch (error) {
      if (!isTokenOver(error)) throw error;
      tokens.forget(used);
      return send({ ...question, token: await tokens.from(endpoint) });
    }
  }

  /** Asks one member after the other, beginning with the one that answered last. */
  async function atSome<Answer>(
    question: Omit<EtcdQuestion, 'token' | 'endpoint'>,
    send: (question: EtcdQuestion) => Promise<Answer>,
  ): Promise<Answer> {
    for (let left = endpoints.length; ; left -= 1) {
      const asked = current;
      try {
        return await authenticated({ ...question, endpoint: endpoints[asked] ?? '' }, send);
      } catch (error) {
        if (!(error instanceof EtcdUnavailableError)) throw error;
        if (current === asked) current = (asked + 1) % endpoints.length;
        if (left <= 1) throw error;
      }
    }
  }

  return {
    ask: (path, body) => atSome({ path, body }, http.ask),
    async watch(create, { forMs, signal }) {
      const over = new AbortController();
      const end = () => over.abort();
      const timer = setTimeout(end, forMs);
      signal.addEventListener('abort', end, { once: true });
      const question = { path: 'watch', body: { create_request: create } };
      try {
        if (signal.aborted) return;
        await atSome(question, (complete) =>
          http.listen(complete, {
            isEnough: (value) => tellsOf(complete.endpoint, value),
            signal: over.signal,
          }),
        );
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
      }
    },
    close: http.close,
  };
}

/** One token for all members; one that could not be had is not kept: the next may give one. */
function createTokens(http: EtcdHttp, { user, password }: EtcdLogin) {
  let token: Promise<string> | undefined;

  async function authenticate(endpoint: string): Promise<string> {
    const body = { name: user, password };
    return AUTHENTICATED.parse(await http.ask({ endpoint, path: LOGIN_PATH, body })).token;
  }

  function forget(used: Promise<string>): void {
    if (token === used) token = undefined;
  }

  return {
    forget,
    from(endpoint: string): Promise<string> {
      if (token !== undefined) return token;
      const asked = authenticate(endpoint);
      token = asked;
      asked.catch(() => forget(asked));
      return asked;
    },
  };
}

function tellsOf(endpoint: string, value: unknown): boolean {
  const { result } = WATCHED.parse(value);
  const { events, canceled, compact_revision, cancel_reason } = result;
  if (canceled && compact_revision === 0) throw new EtcdRefusedError(endpoint, cancel_reason);
  return canceled || events.length > 0;
}

/** Tokens end by time, with a restart, and with each change of users and roles. */
function isTokenOver(error: unknown): boolean {
  if (!(error instanceof EtcdRefusedError)) return false;
  return /invalid auth token|revision of auth store is old|revision in header is old/.test(
    error.reason,
  );
}
