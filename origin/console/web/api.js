/** @import { Answer, Api } from './types.ts' */
/**
 * The questions to the origin, each with the operator's token in its header: there is no cookie.
 * A refusal is an answer; a lost or garbled one is silence. Changes are sent once, never repeated
 * by themselves; whoever repeats one does no harm.
 */

/** Longer than the origin takes for its slowest answer, the checklist before an opening. */
const TIMEOUT_MS = 30_000;

/**
 * @param {string} token
 * @param {() => void} onUnknown the token is nobody's any more
 * @returns {Api}
 */
export function createApi(token, onUnknown) {
  const authorization = `Bearer ${token}`;

  /** @param {string} path @param {RequestInit} [init] */
  async function send(path, init = {}) {
    const headers = { authorization, ...init.headers };
    const response = await fetch(path, { ...init, headers, cache: 'no-store' });
    if (response.status === 401) onUnknown();
    return response;
  }

  /** @type {(method: string, path: string, body?: unknown) => Promise<Answer<any>>} */
  async function ask(method, path, body) {
    const content = { 'content-type': 'application/json' };
    const written = body === undefined ? {} : { headers: content, body: JSON.stringify(body) };
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await send(path, { method, signal, ...written });
      if (!response.ok) return await refusalOf(response);
      return { kind: 'answered', value: await response.json() };
    } catch {
      return { kind: 'silent' };
    }
  }

  return {
    get: (path) => ask('GET', path),
    post: (path, body = {}) => ask('POST', path, body),
    patch: (path, body) => ask('PATCH', path, body),
    async open(path, signal) {
      try {
        const response = await send(path, { signal, headers: { accept: 'text/event-stream' } });
        if (!response.ok || response.body === null) return await refusalOf(response);
        return { kind: 'answered', value: response.body };
      } catch {
        return { kind: 'silent' };
      }
    },
  };
}

/** @param {Response} response @returns {Promise<Answer<never>>} */
async function refusalOf(response) {
  const problem = await response.json().catch(() => undefined);
  if (typeof problem?.type !== 'string') return { kind: 'silent' };
  return { kind: 'refused', status: response.status, problem };
}
