/**
 * Addresses of services that are called over HTTP: encrypted, unless they never leave the machine.
 * What is wrong with one is said without repeating it, since it may hold a password.
 */
import { z } from 'zod';

/** Over a socket; or over HTTP with the login in it, as PlanetScale has it. */
export const bookUrl = z
  .string()
  .refine((url) => /^(sqlite:|mysql:\/\/)/.test(url) || isSafeUrl(withoutLogin(url)), {
    error:
      'must begin with one of sqlite: mysql:// https:// (https://user:password@host; http:// on ' +
      'loopback)',
  });

/** All four backends may lie in one file of DATA_DIR. */
export const isEmbedded = (url: string): boolean => url.startsWith('sqlite:');

/** A round trip through a service instead of a connection that is held. */
export const isOverHttp = (url: string): boolean => /^https?:/.test(url);

/** Encrypted or on loopback, and naming no user. */
export function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  // fetch refuses such an address, and repeats it in the message.
  if (username !== '' || password !== '') return false;
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback);
}

/** Empty when it has no whole login, or one that nobody can decode. */
function withoutLogin(text: string): string {
  if (!URL.canParse(text)) return '';
  const url = new URL(text);
  if (url.username === '' || url.password === '') return '';
  try {
    decodeURIComponent(url.username + url.password);
  } catch {
    return '';
  }
  return Object.assign(url, { username: '', password: '' }).href;
}

/** Inside a cluster collectors are reached over plain HTTP; logins are headers of their own. */
export function isTraceCollector(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username + password + search + hash === '';
}
