/** @import { OperatorSale } from '../../../contract/operator.ts' */
/** @import { Api, LinkState } from './types.ts' */
/** @import { LiveState } from './live-state.js' */
/**
 * One sale: what can be done to it, and how it goes now. Its stream is followed for as long as the
 * view is shown; while it is not, the last numbers stay and it says how old they are.
 */
import { useEffect, useState } from 'preact/hooks';
import { useAnswer, useConsole } from './context.js';
import { html } from './html.js';
import { followSale } from './live.js';
import { nextState } from './live-state.js';
import { Heading, Loading, SaleBadge, TroubleNote } from './parts.js';
import { isRehearsal } from './rehearsals.js';
import { linkTo } from './route.js';
import { SaleActions } from './sale-actions.js';
import { SaleCharts } from './sale-charts.js';
import { SaleFigures } from './sale-figures.js';
import { SalePanels } from './sale-panels.js';

/** @param {{ saleId: string }} props */
export function Sale({ saleId }) {
  const { api, words } = useConsole();
  const { t } = words;
  const { value, trouble, ask, put } = useAnswer(`/operator/sales/${encodeURIComponent(saleId)}`);
  const known = /** @type {OperatorSale | undefined} */ (value);
  const [live, setLive] = useState(/** @type {LiveState | undefined} */ (undefined));
  const [link, setLink] = useState(/** @type {LinkState} */ ({ kind: 'connecting' }));
  useEffect(() => showFrames({ api, saleId, show: setLive, onState: setLink }), [api, saleId]);
  const sale = newer(known, live?.frame.sale);
  const back = { href: linkTo(['sales']), text: t('sales') };
  if (sale === undefined) {
    return html`<${Heading} title=${saleId} back=${back} />
      ${trouble ? html`<${TroubleNote} trouble=${trouble} again=${ask} />` : html`<${Loading} />`}`;
  }
  const badge = html`<${SaleBadge} state=${sale.state} />`;
  return html`<${Heading} title=${sale.title} back=${back} badge=${badge}>
      <${SaleActions} sale=${sale} onChanged=${put} />
    <//>
    <p class="under">
      <code>${sale.saleId}</code>
      <span>${words.moment(sale.opensAt)} – ${words.moment(sale.closesAt)} (${words.zone})</span>
      <span>${words.price(sale.price, sale.currency)}</span>
      <a href=${linkTo(['orders'], { sale: sale.saleId })}>${t('orders-of-sale')}</a>
      <a href=${linkTo(['changes'], { target: sale.saleId })}>${t('changes-of-sale')}</a>
    </p>
    <${Link} link=${link} at=${live?.frame.at} />
    ${isRehearsal(saleId) && html`<p class="note note-calm">${t('is-rehearsal')}</p>`}
    ${sale.recovering && html`<p class="note note-warn" role="status">${t('is-recovering')}</p>`}
    ${sale.soldBy === 'log' && html`<p class="note note-warn" role="status">${t('is-by-log')}</p>`}
    ${
      live === undefined
        ? html`<${Loading} lines=${6} />`
        : html`<${SaleFigures} live=${live} />
            <${SaleCharts} live=${live} />
            <${SalePanels} ...${{ live, sale }} onChanged=${ask} />`
    }`;
}

/**
 * Shows the newest state at the next picture: frames that come together are drawn once, and none
 * while nobody looks.
 * @param {{ api: Api, saleId: string, show(live: LiveState): void,
 *   onState(state: LinkState): void }} options
 */
function showFrames({ api, saleId, show, onState }) {
  /** @type {LiveState | undefined} */
  let live;
  let picture = 0;
  const stop = followSale({
    ...{ api, saleId, onState },
    onFrame(frame, isFirst) {
      const next = nextState(live, frame, isFirst);
      live = next;
      cancelAnimationFrame(picture);
      picture = requestAnimationFrame(() => show(next));
    },
  });
  return () => {
    stop();
    cancelAnimationFrame(picture);
  };
}

/**
 * An answer to a change may be ahead of the stream.
 * @param {OperatorSale | undefined} known
 * @param {OperatorSale | undefined} streamed
 */
function newer(known, streamed) {
  if (known === undefined || streamed === undefined) return known ?? streamed;
  return streamed.version >= known.version ? streamed : known;
}

const LINKS = /** @type {const} */ ({
  live: { tone: 'good', label: 'link-live' },
  connecting: { tone: 'warn', label: 'link-connecting' },
  waiting: { tone: 'bad', label: 'link-lost' },
});

/** @param {{ link: LinkState, at: string | undefined }} props */
function Link({ link, at }) {
  const { words } = useConsole();
  const { t } = words;
  const asOf = at === undefined ? '' : t('as-of', { time: words.time(at) });
  if (link.kind === 'refused') return html`<${TroubleNote} trouble=${link.trouble} />`;
  // The time changes each second: only the state itself is for screen readers to say.
  const { tone, label } = LINKS[link.kind];
  return html`<p class="link tone-${tone}" data-link=${link.kind}>
    <span class="dot" aria-hidden="true"></span>
    <span role="status">${t(label)}</span>
    ${
      link.kind === 'waiting' &&
      html`<span class="soft">${t('again-in', { seconds: link.seconds })}</span>`
    }
    <span class="soft">${asOf}</span>
  </p>`;
}
