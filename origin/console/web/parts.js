/** @import { ComponentChildren } from 'preact' */
/** @import { Tone, Trouble, Words } from './types.ts' */
/**
 * The small parts that every view is put together from: what failed, badges, fields, figures and
 * empty places. They keep no state and ask for nothing.
 */
import { useConsole } from './context.js';
import { html } from './html.js';

/** @param {Trouble} trouble @param {Words} words */
export function troubleText(trouble, { t, named }) {
  if (trouble.kind === 'silent') return { headline: t('silent'), detail: t('silent-detail') };
  const { type, title, detail = '', retryAfterMs } = trouble.problem;
  const name = type.replace(/^\/problems\//, '');
  const known = named('problem-', name);
  const seconds = retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs / 1000);
  const later = seconds === undefined ? '' : ` ${t('again-in', { seconds })}`;
  return { headline: known === name ? title : known, detail: `${detail}${later}`.trim() };
}

/** @param {{ trouble: Trouble | undefined, again?: () => void }} props */
export function TroubleNote({ trouble, again }) {
  const { words } = useConsole();
  if (trouble === undefined) return null;
  const { headline, detail } = troubleText(trouble, words);
  return html`<div class="note note-bad" role="alert">
    <div>
      <strong>${headline}</strong>
      ${detail !== '' && html`<p>${detail}</p>`}
    </div>
${again && html`<button type="button" class="button" onClick=${again}>${words.t('again')}</button>`}
  </div>`;
}

/** @param {{ tone: Tone, children?: ComponentChildren }} props */
export function Badge({ tone, children }) {
  return html`<span class="badge tone-${tone}"><span class="dot"
    aria-hidden="true"></span>${children}</span>`;
}

/** @type {Record<string, Tone>} */
const SALE_TONES = {
  open: 'good',
  scheduled: 'accent',
  paused: 'warn',
  'sold-out': 'accent',
  ended: 'calm',
};

/** @param {{ state: string }} props */
export function SaleBadge({ state }) {
  const { words } = useConsole();
  return html`<${Badge} tone=${SALE_TONES[state] ?? 'calm'}>${words.named('sale-', state)}<//>`;
}

/** @type {Record<string, Tone>} */
const ORDER_TONES = {
  paid: 'good',
  reserved: 'accent',
  queued: 'accent',
  rejected: 'bad',
  refunded: 'warn',
};

/** @param {{ state: string }} props */
export function OrderBadge({ state }) {
  const { words } = useConsole();
  return html`<${Badge} tone=${ORDER_TONES[state] ?? 'calm'}>${words.named('order-', state)}<//>`;
}

/**
 * @param {{ label: string, children?: ComponentChildren, note?: ComponentChildren,
 *   tone?: Tone }} props
 */
export function Figure({ label, children, note, tone = 'calm' }) {
  return html`<div class="figure tone-${tone}">
    <dt>${label}</dt>
    <dd>
      <span class="value">${children}</span>
      ${note !== undefined && html`<span class="more">${note}</span>`}
    </dd>
  </div>`;
}

/**
 * @param {{ title: string, more?: ComponentChildren, wide?: boolean,
 *   children?: ComponentChildren }} props
 */
export function Panel({ title, more, wide = false, children }) {
  return html`<section class="panel ${wide ? 'wide' : ''}">
    <header><h2>${title}</h2>${more}</header>
    ${children}
  </section>`;
}

/** @param {{ title: string, children?: ComponentChildren }} props */
export function Empty({ title, children }) {
  return html`<div class="empty"><strong>${title}</strong>${children}</div>`;
}

/** @param {{ rows: [string, ComponentChildren][] }} props */
export function Facts({ rows }) {
  return html`<dl class="facts">
    ${rows.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}

/**
 * A table that scrolls sideways by itself on a narrow screen, by keyboard too.
 * @param {{ label: string, heads: string[], numeric?: number[],
 *   children?: ComponentChildren }} props
 */
export function Table({ label, heads, numeric = [], children }) {
  return html`<div class="scroll" role="region" aria-label=${label} tabindex="0">
    <table>
      <thead>
        <tr>
          ${heads.map(
            (head, index) =>
              html`<th key=${index} scope="col"
                class=${numeric.includes(index) ? 'number' : ''}>${head}</th>`,
          )}
        </tr>
      </thead>
      <tbody>${children}</tbody>
    </table>
  </div>`;
}

/**
 * @param {{ title: string, back?: { href: string, text: string }, badge?: ComponentChildren,
 *   children?: ComponentChildren }} props
 */
export function Heading({ title, back, badge, children }) {
  return html`<div class="heading">
    ${back && html`<a class="back" href=${back.href}>← ${back.text}</a>`}
    <div class="row">
      <h1 tabindex="-1" id="heading">${title}</h1>
      ${badge}
      <div class="actions">${children}</div>
    </div>
  </div>`;
}

/** @param {{ lines?: number }} props */
export function Loading({ lines = 4 }) {
  const { words } = useConsole();
  return html`<div class="loading" role="status">
    <span class="unseen">${words.t('loading')}</span>
    ${Array.from({ length: lines }, (_, index) => html`<div key=${index} class="bar"></div>`)}
  </div>`;
}
