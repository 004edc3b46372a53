/**
 * Keeps secrets out of what is written: the values that the environment gave are replaced wherever
 * they turn up in a text. The second line of defence; the first is that no error or log line is
 * made of them (logger.ts names what it takes from an error). A value shorter than
 * SHORTEST_REDACTED is let through here: replacing what is as short as a name would spoil lines.
 */
import type { Environment } from './environment.ts';
import { SECRET_VARIABLES } from './secret-files.ts';

/** A password has as many characters at least; names of hosts and users are often shorter. */
const SHORTEST_REDACTED = 8;
/** Parts of a list (`id:key,…`, `name:role:token,…`): its short parts are names. */
const SHORTEST_PART = 16;
const SHOWN_INSTEAD = '[secret]';

export type Redact = (text: string) => string;

/** What of the environment must never be shown. */
export function secretsOf(environment: Environment): string[] {
  const secrets = SECRET_VARIABLES.flatMap((name) => {
    const value = environment[name];
    if (value === undefined || value === '') return [];
    return name.endsWith('_URL') ? secretsOfUrl(value) : [value, ...partsOf(value)];
  });
  return [...new Set(secrets)].filter((secret) => secret.length >= SHORTEST_REDACTED);
}

/** Replaces each secret, as it is and as it stands in JSON (in JSON) or in a URL. */
export function createRedact(secrets: readonly string[]): Redact {
  const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
  const spellings = secrets.flatMap((secret) => [
    ...[secret, encodeURIComponent(secret), inJson(secret), inJson(inJson(secret))],
  ]);
  // The longest first: a part of a secret must not leave the rest of it standing.
  const wanted = [...new Set(spellings)].sort((left, right) => right.length - left.length);
  return (text) => wanted.reduce((shown, secret) => shown.replaceAll(secret, SHOWN_INSTEAD), text);
}

/** A password, and a query: webhooks often carry a token there. */
function secretsOfUrl(text: string): string[] {
  const [, raw = ''] = /^[a-z]+:\/\/[^/@:]*:([^/@]*)@/.exec(text) ?? [];
  // As `etcd://…@host,host` is, which names several.
  if (!URL.canParse(text)) return [text, raw, decoded(raw)];
  const { password, search } = new URL(text);
  return [password, decoded(password), raw, search.slice(1)].filter((secret) => secret !== '');
}

function partsOf(value: string): string[] {
  return value.split(/[\s,;:=_]+/).filter((part) => part.length >= SHORTEST_PART);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
