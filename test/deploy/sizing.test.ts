/**
 * docs/sizing.md computes its example itself: its formulas, with its measured figures, give the
 * numbers of its table; and the figures are those that bench/README.md printed.
 */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = read('docs/sizing.md');
const blocks = Array.from(page.matchAll(/```js\n([\s\S]*?)```/g), ([, block = '']) => block);
const [measured = [], results = []] = tablesOf(page);

it('gives what its formulas give', () => {
  expect(blocks).toHaveLength(4);
  expect(results.length).toBeGreaterThan(20);
  const values = computed(new Map(measured));
  const shown = results.map(([name]) => [name, rounded(values.get(name) ?? Number.NaN)]);
  expect(results).toEqual(shown);
});

it('leaves none of its formulas out', () => {
  const formulas = blocks
    .slice(1)
    .join('')
    .match(/^\w+(?= =)/gm);
  expect(results.map(([name]) => name)).toEqual(formulas);
});

it('measured what it says', () => {
  const bench = read('bench/README.md');
  for (const [name, value] of measured) {
    if (name === 'process_mb') expect(read('docs/operations.md')).toContain(`${value} MB resident`);
    else if (name === 'refusal_ms') expect(bench).toContain(`| ${value * 1_000} |`);
    else expect(bench).toMatch(new RegExp(`\\b${value}\\b`));
  }
});

/** Tables whose first column is a name and whose second is a number. */
function tablesOf(text: string): [string, number][][] {
  const tables = text.matchAll(/^\| name \| value \|.*\n\|[-|]+\n((?:\|.*\n)*)/gm);
  return Array.from(tables, ([, rows = '']) =>
    rows
      .trim()
      .split('\n')
      .map((row): [string, number] => {
        const [name = '', value = ''] = row
          .split('|')
          .slice(1)
          .map((cell) => cell.trim());
        return [name, Number(value.replaceAll(',', ''))];
      }),
  );
}

/** Each line is `name = expression`, of names that came before. */
function computed(values: Map<string, number>): Map<string, number> {
  for (const line of blocks.join('').split('\n')) {
    const [, name, expression] = /^(\w+) = ([^/]+(?:\/ [^/]+)*?)(?:\s*\/\/.*)?$/.exec(line) ?? [];
    if (name === undefined) continue;
    const known = [...values];
    const names = ['min', 'max', 'ceil', ...known.map(([known]) => known)];
    const given = [Math.min, Math.max, Math.ceil, ...known.map(([, value]) => value)];
    values.set(name, new Function(...names, `return ${expression}`)(...given));
  }
  return values;
}

/** Three digits after the point are more than any of it is certain. */
function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
