/**
 * No regular expression of the product takes more than linear time: each that there is, found in
 * the source, is attacked with texts that almost match and repeat a part up to 50,000 characters. A
 * new one is found by itself, and none is let off.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FoundRegex, regexesIn } from './regexes.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const FOLDERS = ['contract', 'edge', 'origin', 'sandbox', 'cli'];
/** Each tried on its own lengths: what doubles with every character would never end at the last. */
const LENGTHS = [16, 20, 24, 500, 5_000, 50_000];
/** A linear one needs less than 1 ms for 50,000 characters, a quadratic one seconds. */
const SLOW_MS = 40;
/** No other process keeps one from the processor for so long. */
const HANGS_MS = 2_000;
const SAMPLES = 12;
const SEED = 1;

const regexes = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|js)$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .flatMap((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8');
      return regexesIn(text).map((regex) => ({ path, ...regex }));
    }),
);
const nameOf = ({ path, source }: { path: string; source: string }) => `${path}: ${source}`;

/** Texts that match, cut somewhere, with a part of up to three characters to be repeated there. */
function attacksOn(regex: RegExp): { start: string; pump: string }[] {
  const attacks = new Map<string, { start: string; pump: string }>();
  for (const sample of [...samplesOf(regex), ' ', 'a', '0', '=', '/', '-', '.', '"', '\n', '\t']) {
    const text = sample.slice(0, 24);
    for (let at = 0; at < text.length; at += 1) {
      for (const length of [1, 2, 3]) {
        const pump = text.slice(at, at + length);
        for (const start of [text.slice(0, at), '']) {
          attacks.set(`${start}\0${pump}`, { start, pump });
        }
      }
    }
  }
  return [...attacks.values()];
}

function samplesOf(regex: RegExp): string[] {
  try {
    const flags = regex.flags.replaceAll(/[gy]/g, '');
    const matching = fc.stringMatching(new RegExp(regex.source, flags));
    return fc.sample(matching, { numRuns: SAMPLES, seed: SEED });
  } catch {
    // What it cannot make a text for (a lookahead, a property of Unicode) gets its own characters.
    return [regex.source, regex.source.replaceAll(/[\\^$()[\]{}|?+*]/g, '')];
  }
}

/** The slowest attack and its time; stops at the first that is too slow. */
function slowestOf({ source, flags }: Pick<FoundRegex, 'source' | 'flags'>) {
  const regex = new RegExp(source, flags);
  const attacks = attacksOn(regex);
  let slowest = { ms: 0, text: '' };
  for (const length of LENGTHS) {
    // All at a length where a quadratic one shows already; some of them at the full length.
    const chosen = length < 50_000 ? attacks : attacks.filter((_attack, index) => index % 40 === 0);
    for (const { start, pump } of chosen) {
      const text = `${start}${pump.repeat(length / pump.length)}\u0001`;
      const ms = millisecondsOf(regex, text);
      if (ms > slowest.ms) slowest = { ms, text: `${start}${pump}… ${length}` };
      if (ms > SLOW_MS) return slowest;
    }
  }
  return slowest;
}

/**
 * Of this thread's own time, so that others may have the processor meanwhile; the best of three,
 * when the first is slow.
 */
function millisecondsOf(regex: RegExp, text: string): number {
  let best = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 3 && best > SLOW_MS && (tries === 0 || best < HANGS_MS); tries += 1) {
    regex.lastIndex = 0;
    const startedMs = threadMs();
    regex.exec(text);
    best = Math.min(best, threadMs() - startedMs);
  }
  return best;
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

describe('a regular expression of the product', () => {
  test.each(regexes.map((regex) => [nameOf(regex), regex] as const))('%s', (_name, regex) => {
    const { ms, text } = slowestOf(regex);
    expect(ms, text).toBeLessThan(SLOW_MS);
  });

  test('is a literal, so that it is found here', () => {
    const built = FOLDERS.flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.(ts|js)$/.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((path) => readFileSync(path, 'utf8').includes('RegExp(')),
    );
    expect(built).toEqual([]);
  });

  test('is among more than fifty', () => {
    expect(regexes.length).toBeGreaterThan(50);
  });
});

describe('the search', () => {
  test('finds literals and nothing else', () => {
    const text = [
      'const a = /[/]"/g.test(b); // a /comment/',
      'const c = d / 2 / e; /* /no/ */ f("/no/", `/no/$' + '{x.replace(/\\//u, "}")}/no/`);',
      'return /^\\d+$/;',
    ].join('\n');
    expect(regexesIn(text).map(({ source, flags, line }) => `${line} ${source} ${flags}`)).toEqual([
      '1 [/]" g',
      '2 \\/ u',
      '3 ^\\d+$ ',
    ]);
  });

  test.each([
    ['(a+)+$', 'exponential'],
    ['^(a|aa)+$', 'exponential'],
    ['\\s+$', 'quadratic'],
    ['^.*,.*,.*x$', 'cubic'],
    ['^id:[a-z]+[a-z0-9]+;$', 'quadratic'],
  ])('sees that /%s/ is %s', (source) => {
    expect(slowestOf({ source, flags: '' }).ms).toBeGreaterThan(SLOW_MS);
  });
});
