/**
 * Lists as a person reads them: a table that fits the terminal, its headings set off by colour
 * unless NO_COLOR is set. Where there is no terminal each item is one plain line, which `grep` and
 * `cut` can work on, and with `--json` one JSON object a line; both as soon as the item is there.
 */
import { styleText } from 'node:util';
import Table from 'cli-table3';
import { textWidth } from './text-width.ts';

export interface Column<Item> {
  title: string;
  of(item: Item): string | number | undefined;
  /** Numbers stand under each other. */
  right?: boolean;
  /** Left out of a terminal that has no room for all words, the last one first. */
  minor?: boolean;
}

export interface Listing<Item> {
  json: boolean | undefined;
  lineOf(item: Item): string;
  columns: readonly Column<Item>[];
}

/** What is known of where the output goes. */
export interface Terminal {
  isTTY: boolean;
  columns: number;
  write(line: string): void;
}

/** Rows of one table: a longer list comes as several, so that it needs no memory. */
const ROWS_A_TABLE = 200;
const GAP = 2;
/** A column that is cut keeps this much, and its heading where that is longer. */
const LEAST_WIDTH = 6;
/** Of a terminal that does not say. */
const USUAL_COLUMNS = 80;

export async function printList<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  { json, lineOf, columns }: Listing<Item>,
  terminal: Terminal = standardOutput(),
): Promise<void> {
  if (json || !terminal.isTTY) {
    for await (const item of items) terminal.write(json ? JSON.stringify(item) : lineOf(item));
    return;
  }
  let rows: Item[] = [];
  let isEmpty = true;
  const print = () => terminal.write(tableOf(rows, columns, terminal.columns));
  for await (const item of items) {
    isEmpty = false;
    rows.push(item);
    if (rows.length < ROWS_A_TABLE) continue;
    print();
    rows = [];
  }
  if (rows.length > 0) print();
  if (isEmpty) terminal.write('none');
}

export function standardOutput(): Terminal {
  const { isTTY = false, columns = USUAL_COLUMNS } = process.stdout;
  return { isTTY, columns, write: (line) => console.log(line) };
}

/** A column that no item has anything in is left out. */
export function tableOf<Item>(
  items: readonly Item[],
  columns: readonly Column<Item>[],
  width: number,
): string {
  const filled = columns
    .map((column) => measured(column, items))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  const { shown, hasRoom } = withRoom(filled, width);
  const widths = fitWidths({
    natural: shown.map(({ natural }) => natural),
    // Half an id or a time is worth nothing, but better than a line that is too long.
    least: shown.map(({ title, least }) => (hasRoom ? least : shortest(title))),
    available: roomFor(shown, width),
  });
  const table = new Table({
    head: shown.map(({ title }) => styleText('bold', title)),
    colWidths: widths,
    colAligns: shown.map(({ right }) => (right ? 'right' : 'left')),
    chars: NO_LINES,
    wordWrap: true,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  for (const index of items.keys()) {
    table.push(shown.map(({ cells }) => cells[index] ?? ''));
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

interface Measured<Item> extends Column<Item> {
  cells: string[];
  natural: number;
  /** In which no word is cut. */
  least: number;
}

function measured<Item>(column: Column<Item>, items: readonly Item[]): Measured<Item> {
  const cells = items.map((item) => textOf(column.of(item)));
  const words = cells.flatMap((cell) => cell.split(' '));
  const widest = (texts: string[]) => Math.max(shortest(column.title), ...texts.map(textWidth));
  const natural = Math.max(...[column.title, ...cells].map(textWidth));
  return { ...column, cells, natural, least: Math.min(natural, widest(words)) };
}

function shortest(title: string): number {
  return Math.max(LEAST_WIDTH, textWidth(title));
}

function roomFor(columns: readonly unknown[], width: number): number {
  return width - GAP * (columns.length - 1);
}

function withRoom<Item>(columns: Measured<Item>[], width: number) {
  let shown = columns;
  for (;;) {
    if (sum(shown.map(({ least }) => least)) <= roomFor(shown, width)) {
      return { shown, hasRoom: true };
    }
    const last = shown.findLast(({ minor }) => minor);
    if (last === undefined) return { shown, hasRoom: false };
    shown = shown.filter((column) => column !== last);
  }
}

/** Takes from the widest column, again and again, until all fit or none can give more. */
export function fitWidths({
  natural,
  least,
  available,
}: {
  natural: readonly number[];
  least: readonly number[];
  available: number;
}): number[] {
  const widths = [...natural];
  for (let over = sum(widths) - available; over > 0; over -= 1) {
    const spare = widths.map((width, index) => (width > (least[index] ?? 0) ? width : 0));
    const widest = Math.max(...spare);
    if (widest === 0) break;
    widths[spare.indexOf(widest)] = widest - 1;
  }
  return widths;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

function textOf(value: string | number | undefined): string {
  return value === undefined ? '' : String(value);
}

const NO_LINES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: ' '.repeat(GAP),
  },
};
