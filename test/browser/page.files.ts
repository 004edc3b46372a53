/**
 * The files of edge/web as Workers serves them: the redirects that stay inside, and the very
 * headers of `_headers`, by the rules of Workers' assets (every rule that fits, in order; a header
 * set twice is joined). Parts are made of their source as it is now. What the real thing sends is
 * held to this in page.assets.test.ts.
 */
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { servedPart, WEB } from '../../cli/stamp-pages.ts';

const CONTENT_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const PAGES: Record<string, string> = { '/': 'index.html', '/orders': 'orders.html' };
/** What Workers sends unless a rule says otherwise. */
const REVALIDATED = { 'cache-control': 'public, max-age=0, must-revalidate' };

interface Rule {
  path: RegExp;
  set: [name: string, value: string][];
  unset: string[];
}

/** What `_headers` says of a path; names in lower case. */
export function headersFor(path: string): Record<string, string> {
  const headers: Record<string, string> = { ...REVALIDATED };
  const isSet = new Set<string>();
  for (const rule of readRules().filter((rule) => rule.path.test(path))) {
    for (const name of rule.unset) delete headers[name];
    for (const [name, value] of rule.set) {
      headers[name] = isSet.has(name) ? `${headers[name]}, ${value}` : value;
      isSet.add(name);
    }
  }
  return headers;
}

function readRules(): Rule[] {
  const rules: Rule[] = [];
  for (const line of readFileSync(join(WEB, '_headers'), 'utf8').split('\n')) {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) continue;
    if (text.startsWith('/')) {
      const path = new RegExp(`^${text.replaceAll('*', '.*')}$`);
      rules.push({ path, set: [], unset: [] });
      continue;
    }
    const [name = '', ...value] = text.split(':');
    const rule = rules.at(-1);
    if (text.startsWith('!')) rule?.unset.push(text.slice(1).trim().toLowerCase());
    else rule?.set.push([name.toLowerCase(), value.join(':').trim()]);
  }
  return rules;
}

/** Made once a test file. */
const served = new Map<string, string>();

function partOf(file: string): string {
  const text = served.get(file) ?? servedPart(file);
  served.set(file, text);
  return text;
}

/** Undefined: there is no such file. */
export function fileAt(path: string) {
  const [name = ''] = path.split('?');
  const isSale = name.startsWith('/s/');
  const page = isSale ? 'sale.html' : (PAGES[name] ?? name);
  const [, part] = /^\/v\/[^/]+\/(.+)$/.exec(page) ?? [];
  const type = CONTENT_TYPES[extname(page)];
  if (type === undefined) return undefined;
  try {
    const body = gzipSync(part === undefined ? readFileSync(join(WEB, page)) : partOf(part));
    const headers = { 'content-type': type, 'content-encoding': 'gzip', ...headersFor(name) };
    return { headers, body };
  } catch {
    return undefined;
  }
}
