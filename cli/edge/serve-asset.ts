/**
 * Answers with a file of the pages' folder as Workers assets does: `/sale` is `sale.html`, the
 * other names of a page lead to that one, a path without a file gets 404.html, an ETag that the
 * browser has is 304. Runs inside workerd, and keeps all files in memory: they are a few kilobytes.
 */
import type { AssetFolder, HeaderRule, RedirectRule } from './assets.ts';

const REVALIDATE = 'public, max-age=0, must-revalidate';

interface Page {
  bytes: Uint8Array<ArrayBuffer>;
  etag: string;
  type: string | undefined;
  /** Only pages have other names, with `.html` or a slash at the end. */
  isHtml: boolean;
}

export type ServeAsset = (request: Request) => Response;

export function createAssets({ files, redirects, headers }: AssetFolder): ServeAsset {
  const pages = new Map<string, Page>();
  for (const [file, { base64, etag, type }] of Object.entries(files)) {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const isHtml = file.endsWith('.html');
    pages.set(pathOfFile(file), { bytes, etag: `"${etag}"`, type, isHtml });
  }
  const redirectRules = redirects.map((rule) => ({ ...rule, pattern: patternOf(rule.from) }));
  const headerRules = headers.map((rule) => ({ ...rule, pattern: patternOf(rule.path) }));

  return (request) => {
    const url = new URL(request.url);
    const response = answer(request, url);
    applyHeaders(response.headers, matching(headerRules, url.pathname));
    return response;
  };

  function answer(request: Request, url: URL): Response {
    let path = url.pathname;
    const rule = matching(redirectRules, path)[0];
    if (rule?.status === 200) path = fill(rule, path);
    else if (rule !== undefined) return redirect(rule.status, fill(rule, path), url);
    const decoded = decode(path);
    const page = pages.get(decoded);
    const other = page === undefined ? otherName(decoded) : undefined;
    const found = page ?? notFoundPage(decoded);
    if (found === undefined && other === undefined) return new Response(null, { status: 404 });
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return new Response(null, { status: 405 });
    }
    const name = encode(other ?? decoded);
    if (found === undefined || name !== path) return redirect(307, name, url);
    return send(request, found, page === undefined ? 404 : 200);
  }

  /** The name that a page is served under, for one of its other names. */
  function otherName(path: string): string | undefined {
    const bare = path.replace(/(\/index\.html|\/index|\.html|\/)$/, '');
    return [bare, `${bare}/`].find((name) => name !== path && pages.get(name)?.isHtml);
  }

  function notFoundPage(path: string): Page | undefined {
    for (let folder = path; folder !== ''; ) {
      folder = folder.slice(0, folder.lastIndexOf('/'));
      const page = pages.get(`${folder}/404`);
      if (page !== undefined) return page;
    }
    return undefined;
  }
}

function pathOfFile(file: string): string {
  return file.replace(/\/index\.html$/, '/').replace(/\.html$/, '');
}

function send(request: Request, { bytes, etag, type }: Page, status: number): Response {
  const headers = new Headers({ etag });
  if (type !== undefined) headers.set('content-type', type);
  const isPublic = !request.headers.has('authorization') && !request.headers.has('range');
  if (isPublic) headers.set('cache-control', REVALIDATE);
  const known = request.headers.get('if-none-match');
  if (known === etag || known === `W/${etag}`) return new Response(null, { status: 304, headers });
  if (request.method === 'GET') return new Response(bytes, { status, headers });
  headers.set('content-length', String(bytes.length));
  return new Response(null, { status, headers });
}

/** Keeps the query unless the rule has one of its own. */
function redirect(status: number, to: string, url: URL): Response {
  const target = new URL(to, url);
  if (target.search === '') target.search = url.search;
  const { origin, pathname, search, hash } = target;
  const location = origin === url.origin ? pathname + search + hash : target.href;
  return new Response(null, { status, headers: { location } });
}

/** `*` is anything, `:name` anything up to the next slash. */
function patternOf(rule: string): URLPattern {
  return new URLPattern({ pathname: rule });
}

function matching<Rule extends { pattern: URLPattern }>(rules: Rule[], path: string): Rule[] {
  return rules.filter(({ pattern }) => pattern.test({ pathname: path }));
}

/** What stood for `*` is `:splat` in the target. */
function fill({ to, pattern }: RedirectRule & { pattern: URLPattern }, path: string): string {
  const found = Object.entries(pattern.exec({ pathname: path })?.pathname.groups ?? {});
  return found.reduce((target, [name, value]) => {
    return target.replaceAll(name === '0' ? ':splat' : `:${name}`, value ?? '');
  }, to);
}

/** A header that several rules set has all their values. */
function applyHeaders(headers: Headers, rules: HeaderRule[]): void {
  const given = new Set<string>();
  for (const { set, unset } of rules) {
    for (const name of unset) headers.delete(name);
    for (const [name, value] of set) {
      if (given.has(name.toLowerCase())) headers.append(name, value);
      else headers.set(name, value);
      given.add(name.toLowerCase());
    }
  }
}

function decode(path: string): string {
  return path.split('/').map(decodeSegment).join('/').replace(/\/+/g, '/');
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function encode(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
