/** Lists on a terminal fit it and lose nothing they need; elsewhere they are plain or JSON. */
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type Column, fitWidths, printList, type Terminal, tableOf } from '../../cli/table.ts';
import { textWidth } from '../../cli/text-width.ts';

interface Row {
  id: string;
  count: number;
  note?: string;
}
const COLUMNS: Column<Row>[] = [
  { title: 'ID', of: ({ id }) => id },
  { title: 'COUNT', of: ({ count }) => count, right: true },
  { title: 'NOTE', of: ({ note }) => note },
];
const rows: Row[] = [
  { id: 'phone', count: 7, note: '手机 for everybody who waited' },
  { id: 'mug', count: 1_234 },
];

function terminal(isTTY: boolean, columns = 80): Terminal & { lines: string[] } {
  const lines: string[] = [];
  return { isTTY, columns, lines, write: (text) => void lines.push(...text.split('\n')) };
}
async function print(items: readonly Row[], isTTY: boolean, json = false): Promise<string[]> {
  const to = terminal(isTTY);
  await printList(items, { json, lineOf: ({ id }) => `line of ${id}`, columns: COLUMNS }, to);
  return to.lines;
}

describe('a table', () => {
  test('has headings, numbers under each other, and a gap between columns', () => {
    expect(tableOf(rows, COLUMNS, 80).split('\n')).toEqual([
      expect.stringMatching(/ID.* COUNT.* NOTE/),
      'phone      7  手机 for everybody who waited',
      'mug     1234',
    ]);
  });

  test('fits the terminal: words go on below, and a word that is too long is cut', () => {
    const long = [{ id: 'a-name-without-any-place-to-break-it', count: 1, note: 'one two three' }];
    const lines = tableOf(long, COLUMNS, 26).split('\n');
    for (const line of lines) expect(textWidth(line), line).toBeLessThanOrEqual(26);
    const text = lines.join('\n');
    expect(text).toMatch(/a-name.*…/);
    for (const word of ['one', 'two', 'three']) expect(text).toContain(word);
  });

  test('goes without its minor columns, the last one first, before an id is cut', () => {
    const more: Column<Row>[] = [
      { title: 'ID', of: ({ id }) => id },
      { title: 'OPENS', of: () => '2026-11-22T22:13:02.870Z', minor: true },
      { title: 'CLOSES', of: () => '2026-11-29T22:12:47.870Z', minor: true },
      { title: 'NOTE', of: ({ note }) => note },
    ];
    const ids = [{ id: 'rehearsal-demo-mwse8os2', count: 1, note: '闪购 手机' }];
    const headings = (width: number) =>
      stripVTControlCharacters(tableOf(ids, more, width).split('\n')[0] ?? '').split(/ +/);
    expect(headings(200)).toEqual(['ID', 'OPENS', 'CLOSES', 'NOTE']);
    expect(headings(80)).toEqual(['ID', 'OPENS', 'NOTE']);
    expect(headings(40)).toEqual(['ID', 'NOTE']);
    for (const width of [200, 80, 40, 31]) {
      const table = tableOf(ids, more, width);
      expect(table).toContain('rehearsal-demo-mwse8os2');
      for (const line of table.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(width);
    }
  });

  test('leaves out a column that nothing has anything in', () => {
    expect(tableOf([{ id: 'mug', count: 1 }], COLUMNS, 80)).not.toContain('NOTE');
  });
});

describe('a list', () => {
  test('is a table on a terminal, and says when it is empty', async () => {
    expect((await print(rows, true))[1]).toMatch(/^phone {6}7 {2}手机/);
    expect(await print([], true)).toEqual(['none']);
  });

  test('is one plain line an item elsewhere, and nothing when it is empty', async () => {
    expect(await print(rows, false)).toEqual(['line of phone', 'line of mug']);
    expect(await print([], false)).toEqual([]);
  });

  test.each([true, false])('is one JSON object a line (terminal: %s)', async (isTTY) => {
    const lines = await print(rows, isTTY, true);
    expect(lines.map((line) => JSON.parse(line))).toEqual(rows);
  });

  test('of many items is not kept: the first are shown before the last are asked for', async () => {
    const to = terminal(true);
    let shownBefore = 0;
    function* many() {
      for (let count = 0; count < 1_000; count += 1) {
        if (count === 900) shownBefore = to.lines.length;
        yield { id: `item-${count}`, count };
      }
    }
    await printList(many(), { json: false, lineOf: ({ id }) => id, columns: COLUMNS }, to);
    expect(shownBefore).toBeGreaterThan(700);
    expect(to.lines.filter((line) => line.startsWith('item-'))).toHaveLength(1_000);
  });
});

test('the widest column gives first, and none gives more than it can', () => {
  const least = [6, 6, 6];
  expect(fitWidths({ natural: [5, 40, 20], least, available: 45 })).toEqual([5, 20, 20]);
  expect(fitWidths({ natural: [5, 40, 20], least, available: 70 })).toEqual([5, 40, 20]);
  expect(fitWidths({ natural: [5, 40, 20], least, available: 3 })).toEqual([5, 6, 6]);
});

test.each([
  ['phone', 5],
  ['手机', 4],
  ['ﾊ', 1],
  ['e\u0301', 1],
  ['\u001b[31mred\u001b[39m', 3],
  ['🎉', 2],
])('%s is as wide as a terminal shows it', (text, width) => {
  expect(textWidth(text)).toBe(width);
});
