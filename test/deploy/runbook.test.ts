/** docs/runbook.md: a heading for each alert, named as it is, which says all that is needed. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = new URL('../../', import.meta.url);
const RULES = new URL('deploy/prometheus/rules/', ROOT);
const PARTS = ['Means', 'Buyers see', 'Look at', 'Do', 'Over when'];

interface Rules {
  groups: { rules: { alert?: string; annotations?: { runbook_url?: string } }[] }[];
}

const rules = readdirSync(RULES)
  .map((name): Rules => parse(readFileSync(new URL(name, RULES), 'utf8')))
  .flatMap(({ groups }) => groups.flatMap((group) => group.rules))
  .flatMap(({ alert, annotations }) => (alert === undefined ? [] : { alert, annotations }));
const [, ...sections] = readFileSync(new URL('docs/runbook.md', ROOT), 'utf8').split('\n## ');
const headings = sections.map((section) => section.slice(0, section.indexOf('\n')));

it('has a heading for each alert and for nothing else', () => {
  expect(headings.toSorted()).toEqual(rules.map(({ alert }) => alert).toSorted());
});

it('is where the alerts say', () => {
  for (const { alert, annotations } of rules) {
    expect(annotations?.runbook_url).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
  }
});

it.each(sections.map((section, index) => [headings[index], section]))('%s is whole', (_, text) => {
  const parts = Array.from(
    String(text).matchAll(/^\*\*([A-Z][\w ]+)\*\*: \S/gm),
    ([, part]) => part,
  );
  expect(parts).toEqual(PARTS);
});
