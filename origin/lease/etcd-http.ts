/**
 * Requests to one member of etcd, in the JSON that its gRPC gateway speaks since 3.4 (numbers of 64
 * bits and bytes are texts there, what is zero is left out). Tells two failures apart: no answer,
 * so that another member may be asked, and a refusal, which another member would repeat.
 */
import { once } from 'node:events';
import { Agent, type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls, Agent as TlsAgent } from 'node:https';
import { wordsOf } from '../backend-failures.ts';
import type { TlsMaterial } from '../connection-security.ts';

/** A healthy cluster answers within a fsync on two of three; elections take a second or two. */
const ANSWER_TIMEOUT_MS = 2_000;

/** No answer, or one that says that the cluster cannot serve now; it may have done the work. */
export class EtcdUnavailableError extends Error {
  readonly code = 'etcd-unavailable';
}

/** etcd will not do this: no right, a wrong password, a lease that is gone. */
export class EtcdRefusedError extends Error {
  readonly code: string = 'etcd-refused';
  readonly reason: string;
  constructor(endpoint: string, reason: string) {
    super(`etcd at ${endpoint} refuses: ${reason}`);
    this.reason = reason;
  }
}

/** It is the user, the password, or what that user may do: no waiting mends that. */
export class EtcdLoginError extends EtcdRefusedError {
  override readonly code = 'etcd-login';
}

export interface EtcdQuestion {
  /** `host:port`. */
  endpoint: string;
  path: string;
  body: object;
  token?: string | undefined;
}

export const LOGIN_PATH = 'auth/authenticate';

export interface EtcdHttp {
  ask(question: EtcdQuestion): Promise<unknown>;
  /** Hands on what the stream says, one value a line, until `isEnough` or the signal. */
  listen(
    question: EtcdQuestion,
    until: { isEnough(value: unknown): boolean; signal: AbortSignal },
  ): Promise<void>;
  close(): void;
}

export function createEtcdHttp(tls: TlsMaterial | undefined): EtcdHttp {
  const agent = tls === undefined ? new Agent(KEEP) : new TlsAgent({ ...KEEP, ...tls });

  async function send(question: EtcdQuestion, signal: AbortSignal): Promise<IncomingMessage> {
    const { endpoint, path, body, token } = question;
    const content = JSON.stringify(body);
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(content),
      ...(token === undefined ? {} : { authorization: token }),
    };
    const [scheme, request] = tls === undefined ? ['http', requestPlain] : ['https', requestTls];
    const url = `${scheme}://${endpoint}/v3/${path}`;
    const sent = request(url, { method: 'POST', headers, agent, signal });
    const answered = once(sent, 'response');
    // An end that comes after the answer began is told by the answer as well.
    sent.on('error', () => {});
    sent.end(content);
    const [answer]: IncomingMessage[] = await answered;
    if (answer === undefined) throw new Error('no answer');
    return answer;
  }

  return {
    async ask(question) {
      const { endpoint } = question;
      try {
        const answer = await send(question, AbortSignal.timeout(ANSWER_TIMEOUT_MS));
        let text = '';
        for await (const part of answer.setEncoding('utf8')) text += part;
        return contentOf(question, text, answer.statusCode);
      } catch (error) {
        throw failureOf(endpoint, error);
      }
    },
    async listen(question, { isEnough, signal }) {
      const { endpoint } = question;
      const enough = new AbortController();
      try {
        const answer = await send(question, AbortSignal.any([signal, enough.signal]));
        let text = '';
        for await (const part of answer.setEncoding('utf8')) {
          const lines = `${text}${part}`.split('\n');
          text = lines.pop() ?? '';
          const values = lines.map((line) => contentOf(question, line, answer.statusCode));
          if (values.some(isEnough)) return;
        }
        if (text !== '') contentOf(question, text, answer.statusCode);
        throw new Error('the stream ended');
      } catch (error) {
        if (!signal.aborted) throw failureOf(endpoint, error);
      } finally {
        enough.abort();
      }
    },
    close: () => agent.destroy(),
  };
}

const KEEP = { keepAlive: true };

/** What an answer says, or an error when it says one, however this version of etcd words it. */
function contentOf({ endpoint, path }: EtcdQuestion, text: string, status = 0): unknown {
  const value = parsed(text);
  const { error, message } = fieldsOf(value);
  if (status === 200 && error === undefined && value !== undefined) return value;
  const reason =
    [message, error, fieldsOf(error).message].find((part) => typeof part === 'string') ??
    `status ${status}, and nothing that etcd 3.4 or later says`;
  const { code = fieldsOf(error).code ?? fieldsOf(error).grpc_code } = fieldsOf(value);
  if (status >= 500 || status === 429 || isPassing(code)) throw new Error(String(reason));
  const isLogin = path === LOGIN_PATH || isOfUser(code) || NO_USER.test(String(reason));
  throw isLogin
    ? new EtcdLoginError(endpoint, String(reason))
    : new EtcdRefusedError(endpoint, String(reason));
}

/** What etcd says, with the code of a bad argument, to whoever does not log in where one must. */
const NO_USER = /user name is empty/;

/** Codes of gRPC: permission denied, unauthenticated. */
function isOfUser(code: unknown): boolean {
  return [7, 16].includes(Number(code));
}

/** Codes of gRPC: cancelled (a member that is being stopped), too late, too many, unavailable. */
function isPassing(code: unknown): boolean {
  return [1, 4, 8, 14].includes(Number(code));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function failureOf(endpoint: string, error: unknown): Error {
  if (error instanceof EtcdRefusedError) return error;
  const isLate = error instanceof Error && /^(Abort|Timeout)Error$/.test(error.name);
  const reason = isLate ? `no answer within ${ANSWER_TIMEOUT_MS} ms` : wordsOf(error);
  return new EtcdUnavailableError(`etcd at ${endpoint} does not serve: ${reason}`, {
    cause: error,
  });
}
