/**
 * The pages' folder as data: each file with its type and its hash, and the rules of `_redirects`
 * and `_headers`. Read when the Worker is bundled, so that serving a page never touches the disk.
 * The formats are those of Workers assets.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { getMimeType } from 'hono/utils/mime';
import { StartError } from '../start-error.ts';

export interface AssetFile {
  type: string | undefined;
  etag: string;
  base64: string;
}

export interface RedirectRule {
  from: string;
  to: string;
  /** 200 serves what is at `to` under the path that was asked for. */
  status: number;
}

export interface HeaderRule {
  path: string;
  set: [name: string, value: string][];
  unset: string[];
}

export interface AssetFolder {
  /** By path, as they lie in the folder: `/sale.html`. */
  files: Record<string, AssetFile>;
  redirects: RedirectRule[];
  headers: HeaderRule[];
}

/** They say how to serve, and are not served. */
const RULES = { redirects: '/_redirects', headers: '/_headers', ignored: '/.assetsignore' };

const STATUSES = [200, 301, 302, 303, 307, 308];

export function assetPaths(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `/${relative(directory, join(entry.parentPath, entry.name))}`)
    .map((path) => path.split(sep).join('/'))
    .sort();
}

export function readAssets(directory: string): AssetFolder {
  const paths = assetPaths(directory);
  const textOf = (path: string) =>
    paths.includes(path) ? readFileSync(join(directory, path), 'utf8') : '';
  const notServed = Object.values<string>(RULES);
  if (paths.includes(RULES.ignored)) notServed.push(...ignoredBy(textOf(RULES.ignored)));
  const served = paths.filter((path) => !notServed.includes(path));
  const files = served.map((path) => [path, readAsset(directory, path)] as const);
  return {
    files: Object.fromEntries(files),
    redirects: parseRedirects(textOf(RULES.redirects)),
    headers: parseHeaders(textOf(RULES.headers)),
  };
}

function readAsset(directory: string, path: string): AssetFile {
  const bytes = readFileSync(join(directory, path));
  const etag = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  return { type: typeOf(path), etag, base64: bytes.toString('base64') };
}

/** Only text says its encoding, as there. */
function typeOf(path: string): string | undefined {
  const [type] = getMimeType(path)?.split(';') ?? [];
  return type?.startsWith('text/') ? `${type}; charset=utf-8` : type;
}

/** Names of files only: patterns are not used. */
function ignoredBy(text: string): string[] {
  return linesOf(text).map((line) => `/${line.replace(/^\//, '')}`);
}

/** `<from> <to> [<status>]` a line; without a status it is 302. */
export function parseRedirects(text: string): RedirectRule[] {
  return linesOf(text).map((line) => {
    const [from = '', to = '', status = '302', ...rest] = line.split(/\s+/);
    const isRule = from.startsWith('/') && to !== '' && rest.length === 0;
    if (isRule && STATUSES.includes(Number(status))) return { from, to, status: Number(status) };
    throw new StartError(`_redirects: this rule is not understood: ${line}`);
  });
}

/** A path, and below it, indented, `<Name>: <value>` or `! <Name>` to take one away. */
export function parseHeaders(text: string): HeaderRule[] {
  const rules: HeaderRule[] = [];
  for (const line of linesOf(text)) {
    const [, name, value] = /^([^\s:]+):\s*(.*)$/.exec(line) ?? [];
    const last = rules.at(-1);
    if (line.startsWith('/')) rules.push({ path: line, set: [], unset: [] });
    else if (last !== undefined && line.startsWith('!')) last.unset.push(line.slice(1).trim());
    else if (last !== undefined && name && value !== undefined) last.set.push([name, value]);
    else throw new StartError(`_headers: this line is not understood: ${line}`);
  }
  return rules;
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}
