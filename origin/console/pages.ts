/**
 * The console's files as they are served: read once at the start, under an address that names their
 * content, so that browsers keep them for good and a new version is a new address. Nothing is
 * built: the modules of its libraries come from the installed packages.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ConsoleFile {
  contentType: string;
  body: Uint8Array<ArrayBuffer>;
}

export interface ConsolePages {
  /** Of all files together. */
  hash: string;
  page: string;
  /** What the page may do: no script but ours, and nothing inline but its import map. */
  policy: string;
  /** By name, such as `main.js` or `vendor/preact.js`. */
  files: ReadonlyMap<string, ConsoleFile>;
}

const WEB = new URL('./web/', import.meta.url);
/** What the page calls them, and where they lie in the packages. */
const VENDOR: Record<string, string> = {
  'preact.js': 'preact',
  'preact-hooks.js': 'preact/hooks',
  'htm.js': 'htm',
  'uplot.js': 'uplot/dist/uPlot.esm.js',
};
const UPLOT_STYLE = './uPlot.min.css';
const CONTENT_TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const PAGE = 'index.html';
/** Stands in the page wherever the address of its files belongs. */
const PLACE = '{assets}';
/** 72 bits: two versions never agree by chance. */
const HASH_CHARACTERS = 12;

export const assetsPath = (hash: string) => `/operator/assets/${hash}`;

export function loadPages(): ConsolePages {
  const files = new Map([...ownFiles(), ...vendorFiles()]);
  const template = readFileSync(new URL(PAGE, WEB), 'utf8');
  const hash = hashOf(files, template);
  const page = template.replaceAll(PLACE, assetsPath(hash));
  return { hash, page, policy: policyFor(page), files };
}

/** `'sha256-…'` of each script that stands in the page itself. */
export function policyFor(page: string): string {
  const inline = Array.from(page.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([^<]*)<\/script>/g));
  const hashes = inline.map(([, text = '']) => {
    return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  });
  return [
    "default-src 'none'",
    `script-src ${["'self'", ...hashes].join(' ')}`,
    "style-src 'self'",
    // Pictures of products are where the shop has them.
    "img-src 'self' https: data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function ownFiles(): [string, ConsoleFile][] {
  const names = readdirSync(WEB, { recursive: true, encoding: 'utf8' });
  return names
    .map((name) => name.replaceAll('\\', '/'))
    .sort()
    .flatMap((name) => fileOf(name, new URL(name, WEB)));
}

function vendorFiles(): [string, ConsoleFile][] {
  const modules = Object.entries(VENDOR).flatMap(([name, specifier]) =>
    fileOf(`vendor/${name}`, new URL(import.meta.resolve(specifier)), '.js'),
  );
  const style = new URL(UPLOT_STYLE, import.meta.resolve('uplot'));
  return [...modules, ...fileOf('vendor/uplot.css', style)];
}

/** Nothing for what is not served, such as the page's types. */
function fileOf(name: string, url: URL, extension = extname(name)): [string, ConsoleFile][] {
  const contentType = CONTENT_TYPES[extension];
  if (contentType === undefined) return [];
  return [[name, { contentType, body: new Uint8Array(readFileSync(fileURLToPath(url))) }]];
}

function hashOf(files: ReadonlyMap<string, ConsoleFile>, template: string): string {
  const hash = createHash('sha256').update(template);
  for (const [name, { body }] of files) hash.update(`\0${name}\0`).update(body);
  return hash.digest('base64url').slice(0, HASH_CHARACTERS);
}
