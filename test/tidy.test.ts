/**
 * The rules of the code that a machine can hold: who may import whom, sizes, where the clock,
 * chance and the environment are read, the shape of Lua and SQL files. Each rule is also shown a
 * breach, so that none passes by looking at nothing.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, posix, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('..', import.meta.url).pathname;
const FOLDERS = ['contract', 'edge', 'origin', 'sandbox', 'cli', 'test', 'bench', 'k6'];
const MAX_LINES = 300;
const MAX_COLUMNS = 100;
const MAX_FUNCTION_LINES = 70;
const GENERATED = /^(contract\/log\/gen|edge\/web\/parts)\//;

interface Source {
  path: string;
  text: string;
}

const sources: Source[] = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter((path) => /\.(ts|js|lua|sql|css|html)$/.test(path) && !GENERATED.test(path))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') })),
);
const code = sources.filter(({ path }) => /\.(ts|js)$/.test(path));
const product = code.filter(({ path }) => /^(contract|edge|origin|sandbox|cli)\//.test(path));

describe('import borders', () => {
  const FORBIDDEN: Record<string, string[]> = {
    contract: ['edge', 'origin', 'sandbox', 'cli', 'test', 'bench'],
    edge: ['origin', 'sandbox', 'cli', 'test', 'bench'],
    origin: ['edge', 'sandbox', 'cli', 'test', 'bench'],
    sandbox: ['edge', 'cli', 'test', 'bench'],
    cli: ['edge', 'test', 'bench'],
  };
  /** Whoever starts the edge checks its variables first, by the edge's own rules. */
  const ALLOWED = ['cli/edge/prepare.ts imports edge/environment.ts'];
  const breaches = (files: Source[]) =>
    files.flatMap((source) => {
      const [folder = ''] = source.path.split('/');
      return importsOf(source)
        .filter((target) => FORBIDDEN[folder]?.includes(target.split('/')[0] ?? ''))
        .map((target) => `${source.path} imports ${target}`)
        .filter((breach) => !ALLOWED.includes(breach));
    });

  it('holds between contract, edge, origin and cli', () => {
    expect(breaches(product)).toEqual([]);
    const breach = { path: 'edge/a.ts', text: "import { b } from '../origin/b.ts';" };
    expect(breaches([breach])).toHaveLength(1);
  });

  it('keeps the stand-in for a payment provider a program of its own', () => {
    const shared = /^(sandbox|contract)\/|^origin\/(environment|statements|pay\/sandbox-wire)\.ts$/;
    const strangers = (files: Source[]) =>
      files
        .filter(({ path }) => path.startsWith('sandbox/'))
        .flatMap(importsOf)
        .filter((target) => !shared.test(target));
    expect(strangers(product)).toEqual([]);
    const breach = { path: 'sandbox/a.ts', text: "import { b } from '../origin/wiring.ts';" };
    expect(strangers([breach])).toHaveLength(1);
  });

  it('has no cycles', () => {
    expect(findCycle(code)).toBeUndefined();
    const cycle = [
      { path: 'edge/a.ts', text: "import { b } from './b.ts';" },
      { path: 'edge/b.ts', text: "import { a } from './a.ts';" },
    ];
    expect(findCycle(cycle)).toEqual(['edge/a.ts', 'edge/b.ts', 'edge/a.ts']);
  });

  it('leaves the choice of adapters to backends', () => {
    const kinds = 'redis|kafka|mysql|planetscale|etcd|direct|sqlite';
    const adapters = new RegExp(`origin/\\w+/(${kinds})-(stock|log|book|lease)\\.ts$`);
    const users = product.filter(
      (source) =>
        source.path !== 'origin/backends.ts' &&
        importsOf(source).some((target) => adapters.test(target)),
    );
    expect(users.map(({ path }) => path)).toEqual([]);
  });
});

describe('sizes', () => {
  it.each(code.map(({ path, text }) => [path, text]))('%s fits', (_path, text) => {
    const lines = text.split('\n');
    expect(lines.length, 'lines').toBeLessThanOrEqual(MAX_LINES + 1);
    expect(lines.filter((line) => line.length > MAX_COLUMNS)).toEqual([]);
    expect(longFunctions(text)).toEqual([]);
  });

  it('sees a function that is too long', () => {
    const body = Array(MAX_FUNCTION_LINES).fill('  step();').join('\n');
    expect(longFunctions(`export function long() {\n${body}\n}\n`)).toEqual(['long']);
  });
});

describe('the clock, chance and the environment', () => {
  const HOMES: Record<string, string> = {
    'Date.now(': 'contract/clock.ts',
    'new Date()': 'contract/clock.ts',
    'Math.random(': 'contract/random.ts',
    'process.env': 'origin/environment.ts',
  };
  it.each(Object.entries(HOMES))('%s is read in %s only', (call, home) => {
    // The browser's clock and chance are its own; the pages have their own rules.
    const readers = product.filter(
      ({ path, text }) =>
        !/^(edge|origin\/console)\/web\//.test(path) && withoutComments(text).includes(call),
    );
    expect(readers.map(({ path }) => path).filter((path) => path !== home)).toEqual([]);
  });
});

describe('files', () => {
  it('are not named after nothing', () => {
    const vague = /(^|\/)(utils?|common|helpers?|misc)(\.|\/|$)/;
    expect(sources.filter(({ path }) => vague.test(path))).toEqual([]);
  });

  it.each(code.map(({ path, text }) => [path, text]))('%s opens with what it is', (_path, text) => {
    expect(text.replace(/^#!.*\n/, '')).toMatch(/^\s*(\/\*\*|\/\/|\/\*)/);
  });
});

describe('Lua', () => {
  const scripts = sources.filter(({ path }) => path.endsWith('.lua'));
  it.each(scripts.map(({ path, text }) => [path, text]))('%s keeps the rules', (path, text) => {
    expect(basename(path)).toMatch(/^[a-z-]+-\d+\.lua$/);
    expect(text).toMatch(/^--/);
    expect(text).toMatch(/KEYS\[1\]/);
    expect(text).toMatch(/-- *Returns?/i);
    const named = new Set(text.match(/KEYS\[\d+\]/g)).size;
    expect(named, 'keys used').toBe(Number(/-(\d+)\.lua$/.exec(path)?.[1]));
    expect(text, 'a key is never built in a script').not.toMatch(/redis\.call\([^,]+, *['"]sluice/);
  });
});

describe('SQL', () => {
  const statements = sources.filter(({ path }) => path.endsWith('.sql'));
  it.each(statements.map(({ path, text }) => [path, text]))('%s has a header', (_path, text) => {
    expect(text).toMatch(/^--/);
  });

  it.each(
    statements
      .filter(
        ({ path }) => /^(origin\/.*|sandbox)\/sql\//.test(path) && !/migrations|tables/.test(path),
      )
      .map(({ path, text }) => [path, text]),
  )('%s is one statement', (_path, text) => {
    const statement = text
      .replace(/^--.*$/gm, '')
      .trim()
      .replace(/;$/, '');
    expect(statement).not.toContain(';');
    expect(statement).not.toBe('');
  });

  it('is not written inside TypeScript', () => {
    const inline = /['"`]\s*(SELECT\s|INSERT\s+(OR|INTO|IGNORE)|UPDATE\s+\w+\s+SET|DELETE\s+FROM)/;
    const breaches = product.filter(({ text }) => inline.test(withoutComments(text)));
    expect(breaches.map(({ path }) => path)).toEqual([]);
    expect(inline.test('const a = `SELECT 1 FROM b`')).toBe(true);
  });
});

function importsOf({ path, text }: Source): string[] {
  const found = text.matchAll(/(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g);
  return Array.from(found, ([, target = '']) => posix.join(posix.dirname(path), target));
}

function findCycle(files: Source[]): string[] | undefined {
  const targets = new Map(files.map((source) => [source.path, importsOf(source)]));
  const done = new Set<string>();
  function visit(path: string, trail: string[]): string[] | undefined {
    const seenAt = trail.indexOf(path);
    if (seenAt >= 0) return [...trail.slice(seenAt), path];
    if (done.has(path)) return undefined;
    for (const target of targets.get(path) ?? []) {
      const cycle = visit(target, [...trail, path]);
      if (cycle !== undefined) return cycle;
    }
    done.add(path);
    return undefined;
  }
  for (const { path } of files) {
    const cycle = visit(path, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** Names of top-level functions that do not fit a screen. */
function longFunctions(text: string): string[] {
  const found = text.matchAll(/^(?:export )?(?:async )?function\*? (\w+)[\s\S]*?^\}/gm);
  return Array.from(found)
    .filter(([body]) => body.split('\n').length > MAX_FUNCTION_LINES)
    .map(([, name = '']) => name);
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}
