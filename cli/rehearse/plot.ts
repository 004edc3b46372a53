/**
 * Lines over seconds as an SVG picture of a given size, in the colours of the page that it stands
 * in. Its text is as large as the page's, so a narrow page gets a picture of its own.
 */
export interface Line {
  name: string;
  /** `s1` to `s6`: a class of the page. */
  tone: string;
  /** In order of time. */
  points: readonly (readonly [second: number, value: number])[];
}

export interface Plot {
  title: string;
  unit: string;
  seconds: number;
  lines: readonly Line[];
  /** Drawn across, where it has a name. */
  limit?: { value: number; name: string };
}

export interface Size {
  width: number;
  height: number;
}

const LEFT = 48;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 26;
const ROWS = 4;
/** A label needs so much. */
const LABEL_WIDTH = 64;

export function svgOf({ title, unit, seconds, lines, limit }: Plot, size: Size): string {
  const { width, height } = size;
  const values = lines.flatMap(({ points }) => points.map(([, value]) => value));
  const most = roundedTop(Math.max(limit?.value ?? 0, ...values));
  const across = (second: number) =>
    LEFT + (second / Math.max(1, seconds)) * (width - LEFT - RIGHT);
  const up = (value: number) => height - BOTTOM - (value / most) * (height - TOP - BOTTOM);
  const rule = (y: number, kind: string) =>
    `<line class="${kind}" x1="${LEFT}" x2="${width - RIGHT}" y1="${at(y)}" y2="${at(y)}"/>`;

  const name = escaped(`${title}, ${unit}`);
  const parts = [`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${name}">`];
  for (let row = 0; row <= ROWS; row += 1) {
    const value = (most / ROWS) * row;
    parts.push(rule(up(value), 'grid'));
    parts.push(label(LEFT - 6, up(value) + 4, short(value), 'end'));
  }
  const every = stepOf(seconds, Math.max(1, Math.floor((width - LEFT) / LABEL_WIDTH)));
  for (let second = 0; second <= seconds; second += every) {
    const anchor = second === 0 ? 'start' : 'middle';
    if (across(second) < width - 24) {
      parts.push(label(across(second), height - 8, `${second} s`, anchor));
    }
  }
  if (limit !== undefined) {
    parts.push(rule(up(limit.value), 'limit'));
    parts.push(label(width - RIGHT, up(limit.value) - 5, limit.name, 'end'));
  }
  for (const { tone, points } of lines) {
    const joined = points.map(([second, value]) => `${at(across(second))},${at(up(value))}`);
    parts.push(`<polyline class="line ${tone}" points="${joined.join(' ')}"/>`);
  }
  return `${parts.join('')}</svg>`;
}

const at = (length: number) => length.toFixed(1);

function label(x: number, y: number, words: string, anchor: string): string {
  return `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}">${escaped(words)}</text>`;
}

/** 1, 2, 2.5 or 5 times a power of ten, so that the rows have round numbers. */
export function roundedTop(most: number): number {
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  const steps = [1, 2, 4, 8, 10];
  return (steps.find((step) => step * power >= most) ?? 10) * power;
}

function stepOf(seconds: number, labels: number): number {
  const steps = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600];
  return steps.find((step) => seconds / step <= labels) ?? 1_200;
}

/** `12k`, `0.5`: as short as an axis has room for. */
function short(value: number): string {
  if (value >= 10_000) return `${Number((value / 1_000).toFixed(1))}k`;
  return String(Number(value.toFixed(2)));
}

export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
