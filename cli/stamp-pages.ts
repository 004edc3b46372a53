/**
 * Makes of edge/web what buyers load: its scripts and styles without what only a reader needs, in
 * edge/web/parts, and their version (a hash over all of them) in every page and in `_headers`. A
 * browser keeps a part under its address for a year, so the version must change when a part does.
 * What is made is committed: a deployment needs no build. Run after a change below edge/web:
 * `node cli/stamp-pages.ts`; test/browser/page.version.test.ts fails when that was forgotten.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';

/** The one that wrangler bundles the Worker with. */
const wrangler = createRequire(createRequire(import.meta.url).resolve('wrangler/package.json'));
const { transformSync } = wrangler('esbuild') as typeof import('esbuild');

export const WEB = join(import.meta.dirname, '../edge/web');
const PART = /\.(js|css|svg)$/;
const STAMPED = /(\.html|^_headers)$/;
/** `/v/<version>/`, where a page names a part. */
const ADDRESS = /\/v\/[0-9a-f]{8}\//g;
const VERSION_LENGTH = 8;
/** What browsers have that know the import of modules by name and `:focus-visible`. */
const TARGET = 'es2022';

/** A part as it is served. */
export function servedPart(file: string): string {
  const source = readFileSync(join(WEB, file), 'utf8');
  const loader = extname(file) === '.css' ? 'css' : 'js';
  if (extname(file) === '.svg') return source;
  const options = { loader, minify: true, format: 'esm', charset: 'utf8', target: TARGET } as const;
  return transformSync(source, options).code;
}

/** Every file that is made, by its path below edge/web, as it should be. */
export function madeFiles(): Map<string, string> {
  const files = readdirSync(WEB).sort();
  const parts = files
    .filter((file) => PART.test(file))
    .map((file) => [file, servedPart(file)] as const);
  const version = createHash('sha256')
    .update(JSON.stringify(parts))
    .digest('hex')
    .slice(0, VERSION_LENGTH);
  const pages = files
    .filter((file) => STAMPED.test(file))
    .map((file) => {
      const text = readFileSync(join(WEB, file), 'utf8').replace(ADDRESS, `/v/${version}/`);
      return [file, text] as const;
    });
  return new Map([...parts.map(([file, text]) => [`parts/${file}`, text] as const), ...pages]);
}

/** Those that are not as they should be, or should not be at all. */
export function outdatedFiles(): string[] {
  const made = madeFiles();
  const kept = readdirSync(join(WEB, 'parts')).map((file) => `parts/${file}`);
  const wrong = [...made].filter(([file, text]) => {
    const path = join(WEB, file);
    return !existsSync(path) || readFileSync(path, 'utf8') !== text;
  });
  return [...wrong.map(([file]) => file), ...kept.filter((file) => !made.has(file))];
}

if (import.meta.main) {
  mkdirSync(join(WEB, 'parts'), { recursive: true });
  const made = madeFiles();
  for (const file of outdatedFiles()) {
    const text = made.get(file);
    if (text === undefined) rmSync(join(WEB, file));
    else writeFileSync(join(WEB, file), text);
    console.log(`edge/web/${file}`);
  }
}
