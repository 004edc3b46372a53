/** What the benches print: medians and plain tables that go into bench/README.md as they are. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/**
 * A Markdown table; numbers below 100 are ratios and keep two decimals. Cells past the last column
 * of the header are listed in it, as the rounds of a measurement are.
 */
export function table(header: string[], rows: (string | number)[][]): string {
  const show = (cell: string | number) =>
    typeof cell === 'string' ? cell : cell.toFixed(Math.abs(cell) < 100 ? 2 : 0);
  const last = header.length - 1;
  const line = (cells: string[]) =>
    `| ${[...cells.slice(0, last), cells.slice(last).join(' ')].join(' | ')} |`;
  const rule = `|${'---|'.repeat(header.length)}`;
  return [line(header), rule, ...rows.map((row) => line(row.map(show)))].join('\n');
}
