/** @import { ComponentChildren } from 'preact' */
/**
 * A chart that follows numbers: uPlot's canvas for the eye, the newest values as its legend, and
 * all of it as a table for whoever does not see a canvas. Colours come from the style sheet, and
 * come again when it turns dark or light. Nothing is animated.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import Plot from 'uplot';
import { useConsole } from './context.js';
import { html } from './html.js';
import { Table } from './parts.js';

const HEIGHT = 180;
/** The least that a clock's axis shows: in the first seconds its marks would all be the same. */
const LEAST_SECONDS = 30;
/** Below this an axis of counts would have marks between whole numbers. */
const LEAST_TOP = 4;
/** Rows of the table: as many as anybody reads, the newest first. */
const TABLE_ROWS = 30;

/**
 * @typedef {object} Series
 * @property {string} name
 * @property {string} colour a custom property of the style sheet, such as `--line-1`
 * @property {(number | null)[]} values one for each x
 * @property {boolean} [dashed]
 */

/**
 * @typedef {object} ChartProps
 * @property {string} label what it shows, for screen readers
 * @property {string} unit of the values
 * @property {number[]} xs seconds since 1970, or since the opening
 * @property {Series[]} series
 * @property {(x: number) => string} showX
 * @property {boolean} [stacked] each series stands upon those before it
 * @property {boolean} [filled]
 * @property {boolean} [isClock] whether x is a moment
 * @property {ComponentChildren} [children]
 */

/** @param {ChartProps} props */
export function Chart(props) {
  const { label, xs, series, stacked = false } = props;
  const { words } = useConsole();
  const [isOpen, setIsOpen] = useState(false);
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const plot = useRef(/** @type {Plot | undefined} */ (undefined));
  const data = dataOf(xs, series, stacked);
  const shape = series.map(({ name }) => name).join('\n');
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const draw = () => {
      plot.current?.destroy();
      plot.current = new Plot(optionsOf(element, props), data, element);
    };
    const watcher = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    draw();
    watcher.observe(element);
    dark.addEventListener('change', draw);
    return () => {
      watcher.disconnect();
      dark.removeEventListener('change', draw);
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [shape, words.language]);
  useEffect(() => plot.current?.setData(data));

  const newest = series.map(({ values }) => values.at(-1));
  const show = (/** @type {number | null | undefined} */ value) =>
    value == null ? '–' : words.number(value, 1);
  return html`<figure class="chart">
    <div class="plot" ref=${place} role="img" aria-label=${label}></div>
    <figcaption>
      <ul class="legend">
        ${series.map(
          ({ name, colour }, index) => html`<li key=${name}>
            <span class="key" style=${`background: var(${colour})`} aria-hidden="true"></span>
            ${name} <strong>${show(newest[index])}</strong>
          </li>`,
        )}
      </ul>
      <details
        onToggle=${(/** @type {Event & { currentTarget: HTMLDetailsElement }} */ event) =>
          setIsOpen(event.currentTarget.open)}
      >
        <summary>${words.t('as-table')}</summary>
        ${isOpen && html`<${Rows} ...${props} show=${show} />`}
      </details>
    </figcaption>
  </figure>`;
}

/** @param {ChartProps & { show(value: number | null | undefined): string }} props */
function Rows({ label, unit, xs, series, showX, show }) {
  const { words } = useConsole();
  const rows = xs.map((x, row) => ({ x, row }));
  const heads = [words.t('time'), ...series.map(({ name }) => `${name} (${unit})`)];
  return html`<${Table} ...${{ label, heads }} numeric=${series.map((_, index) => index + 1)}>
    ${rows
      .slice(-TABLE_ROWS)
      .reverse()
      .map(
        ({ x, row }) => html`<tr key=${x}>
          <th scope="row">${showX(x)}</th>
          ${series.map(
            ({ values }, index) => html`<td key=${index} class="number">${show(values[row])}</td>`,
          )}
        </tr>`,
      )}
  <//>`;
}

/**
 * Stacked series are drawn from the highest sum down, each over the one before.
 * @param {number[]} xs @param {Series[]} series @param {boolean} stacked
 * @returns {import('uplot').AlignedData}
 */
function dataOf(xs, series, stacked) {
  if (!stacked) return [xs, ...series.map(({ values }) => values)];
  const sums = xs.map(() => 0);
  const layers = series.map(({ values }) =>
    values.map((value, index) => {
      const sum = (sums[index] ?? 0) + (value ?? 0);
      sums[index] = sum;
      return sum;
    }),
  );
  return [xs, ...layers.reverse()];
}

/** @param {HTMLElement} element @param {ChartProps} props @returns {import('uplot').Options} */
function optionsOf(element, { series, stacked = false, filled = false, showX, isClock = true }) {
  const style = getComputedStyle(element);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--text-soft'),
    font: `11px ${style.fontFamily}`,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  const drawn = series.map((one) => ({
    label: one.name,
    stroke: colour(one.colour),
    width: stacked ? 1 : 2,
    points: { show: false },
    ...(one.dashed ? { dash: [6, 4] } : {}),
    ...(stacked ? { fill: colour(one.colour) } : {}),
    ...(filled ? { fill: colour(`${one.colour}-soft`) } : {}),
  }));
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 28, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: isClock
        ? { time: true, range: (_, from, to) => [Math.min(from, to - LEAST_SECONDS), to] }
        : { time: false },
      y: { range: (_, __, most) => [0, Math.max(LEAST_TOP, most * 1.1)] },
    },
    axes: [
      { ...axis, size: 26, space: 80, values: (_, splits) => splits.map(showX) },
      { ...axis, size: 48, space: 36 },
    ],
    series: [{}, ...(stacked ? drawn.reverse() : drawn)],
  };
}
