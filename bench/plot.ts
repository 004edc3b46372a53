/** Lines over time as an SVG picture: axes, grid, legend, and nothing else. */
export interface Line {
  name: string;
  colour: string;
  /** Filled down to the axis, behind the others. */
  isArea?: boolean;
  values: readonly number[];
}

export interface Plot {
  title: string;
  /** What is counted upwards. */
  unit: string;
  /** Of the vertical axis. */
  most: number;
  /** The first line is drawn first; a value each second. */
  lines: readonly Line[];
}

const WIDTH = 760;
const HEIGHT = 320;
const LEFT = 60;
const RIGHT = 20;
const TOP = 60;
const BOTTOM = 40;
const MARKS = 5;
const SECONDS_A_MARK = 10;

export function plot({ title, unit, most, lines }: Plot): string {
  const seconds = Math.max(...lines.map(({ values }) => values.length));
  const across = (second: number) => LEFT + (second / seconds) * (WIDTH - LEFT - RIGHT);
  const up = (value: number) =>
    HEIGHT - BOTTOM - (Math.min(value, most) / most) * (HEIGHT - TOP - BOTTOM);

  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" ` +
      'font-family="sans-serif" font-size="12">',
    `<title>${title}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(LEFT, 20, title, 'font-weight="bold"'),
  ];
  for (let mark = 0; mark <= MARKS; mark += 1) {
    const value = (most / MARKS) * mark;
    parts.push(rule(LEFT, up(value), WIDTH - RIGHT, up(value)));
    parts.push(text(LEFT - 6, up(value) + 4, String(value), 'text-anchor="end"'));
  }
  for (let second = 0; second <= seconds; second += SECONDS_A_MARK) {
    parts.push(text(across(second), HEIGHT - BOTTOM + 16, `${second} s`, 'text-anchor="middle"'));
  }
  lines.forEach((line, index) => {
    const points = line.values.map((value, second) => [across(second + 1), up(value)] as const);
    parts.push(line.isArea ? area(line, points, up(0)) : stroke(line, points));
    const left = LEFT + index * 150;
    parts.push(`<rect x="${left}" y="32" width="12" height="12" fill="${line.colour}"/>`);
    parts.push(text(left + 18, 42, line.name));
  });
  parts.push(text(WIDTH - RIGHT, 20, unit, 'text-anchor="end"'), '</svg>');
  return `${parts.join('\n')}\n`;
}

type Point = readonly [x: number, y: number];

function stroke({ colour }: Line, points: readonly Point[]): string {
  return `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${joined(points)}"/>`;
}

function area({ colour }: Line, points: readonly Point[], bottom: number): string {
  const ends: Point[] = [
    [points.at(-1)?.[0] ?? 0, bottom],
    [points[0]?.[0] ?? 0, bottom],
  ];
  return `<polygon fill="${colour}" points="${joined([...points, ...ends])}"/>`;
}

function joined(points: readonly Point[]): string {
  return points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
}

function rule(x1: number, y1: number, x2: number, y2: number): string {
  const [left, top, right, bottom] = [x1, y1, x2, y2].map((length) => length.toFixed(1));
  return `<line x1="${left}" y1="${top}" x2="${right}" y2="${bottom}" stroke="#ddd"/>`;
}

function text(x: number, y: number, words: string, attributes = ''): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${words}</text>`;
}
