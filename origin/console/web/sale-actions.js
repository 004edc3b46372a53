/** @import { OperatorSale } from '../../../contract/operator.ts' */
/** @import { Label } from './types.ts' */
/**
 * What can be done to a sale as it is: each asks first and says what will happen. Who may only look
 * sees no button. All of it is safe to repeat.
 */
import { useState } from 'preact/hooks';
import { useConsole } from './context.js';
import { Confirm } from './dialog.js';
import { Field } from './field.js';
import { html } from './html.js';
import { linkTo } from './route.js';

/** @typedef {'open' | 'pause' | 'top-up' | 'close'} Action */

/** @param {OperatorSale} sale @returns {Action[]} */
export function actionsOf({ state }) {
  switch (state) {
    case 'scheduled':
      return ['open', 'pause', 'top-up', 'close'];
    case 'paused':
      return ['open', 'top-up', 'close'];
    case 'open':
    case 'sold-out':
      return ['top-up', 'pause', 'close'];
    case 'ended':
      return [];
  }
}

/** @param {{ sale: OperatorSale, onChanged(sale: OperatorSale): void }} props */
export function SaleActions({ sale, onChanged }) {
  const { words, mayChange } = useConsole();
  const { t } = words;
  const [asked, setAsked] = useState(/** @type {Action | undefined} */ (undefined));
  if (!mayChange) return null;
  const actions = actionsOf(sale);
  const close = () => setAsked(undefined);
  const isBefore = Date.parse(sale.opensAt) > Date.parse(sale.now);
  const Asked = asked === 'top-up' ? TopUp : Change;
  return html`
    ${
      isBefore &&
      sale.state !== 'ended' &&
      html`<a class="button" href=${linkTo(['sales', sale.saleId, 'edit'])}>${t('edit')}</a>`
    }
    ${
      sale.state !== 'ended' &&
      html`<a class="button" href=${linkTo(['sales', sale.saleId, 'preheat'])}>${t('preheat')}</a>`
    }
    ${actions.map(
      (action) => html`<button
        key=${action}
        type="button"
        class="button ${action === 'open' ? 'primary' : action === 'close' ? 'quiet-grave' : ''}"
        onClick=${() => setAsked(action)}
      >
        ${t(`do-${action}`)}…
      </button>`,
    )}
    ${asked && html`<${Asked} ...${{ sale, onChanged, action: asked }} onClose=${close} />`}
  `;
}

/**
 * @typedef {{ sale: OperatorSale, action: Action, onClose(): void,
 *   onChanged(sale: OperatorSale): void }} AskedProps
 */

/** @param {AskedProps} props */
function Change({ sale, action, onClose, onChanged }) {
  const { api, words, say } = useConsole();
  const { t } = words;
  const path = `/operator/sales/${encodeURIComponent(sale.saleId)}/${action}`;
  const left = sale.stockLeft === undefined ? '–' : words.number(sale.stockLeft);
  const values = { sale: sale.title, left, opens: words.moment(sale.opensAt) };
  return html`<${Confirm}
    title=${t(`ask-${action}`, values)}
    verb=${t(`do-${action}`)}
    isGrave=${action === 'close'}
    typed=${action === 'close' ? sale.saleId : undefined}
    act=${() => api.post(path)}
    onClose=${onClose}
    onDone=${(/** @type {OperatorSale} */ changed) => {
      say(t(`did-${action}`, values));
      onChanged(changed);
    }}
  >
    ${linesOf(sale, action).map((label) => html`<p key=${label}>${t(label, values)}</p>`)}
  <//>`;
}

/**
 * What will happen, from the sale as it is.
 * @param {OperatorSale} sale
 * @param {Action} action
 * @returns {Label[]}
 */
function linesOf({ state, opensAt, now, loaded, waitlistCap }, action) {
  if (action === 'open') {
    const isEarly = Date.parse(opensAt) > Date.parse(now);
    const first = isEarly ? 'open-early' : 'open-again';
    return loaded ? [first] : [first, 'open-unloaded'];
  }
  if (action === 'pause') return state === 'scheduled' ? ['pause-before'] : ['pause-what'];
  return waitlistCap > 0 ? ['close-what', 'close-waitlist'] : ['close-what'];
}

/** @param {AskedProps} props */
function TopUp({ sale, onClose, onChanged }) {
  const { api, words, say } = useConsole();
  const { t } = words;
  const [units, setUnits] = useState('');
  const [topUpId, setTopUpId] = useState(() => `console-${crypto.randomUUID().slice(0, 8)}`);
  const isCount = /^\d+$/.test(units) && Number(units) >= 1 && Number(units) <= 10_000_000;
  const isName = /^[\x21-\x7e]{1,64}$/.test(topUpId);
  const path = `/operator/sales/${encodeURIComponent(sale.saleId)}/top-up`;
  return html`<${Confirm}
    title=${t('ask-top-up', { sale: sale.title })}
    verb=${t('do-top-up')}
    isReady=${isCount && isName}
    act=${() => api.post(path, { topUpId, units: Number(units) })}
    onClose=${onClose}
    onDone=${(/** @type {OperatorSale} */ changed) => {
      say(t('did-top-up', { units: words.number(Number(units)) }));
      onChanged(changed);
    }}
  >
    <p>${t(sale.waitlistCap > 0 ? 'top-up-waitlist' : 'top-up-what')}</p>
    <${Field}
...${{ name: 'units', value: units, onValue: setUnits, inputmode: 'numeric', autofocus: true }}
      label=${t('more-units')}
      error=${units !== '' && !isCount ? t('error-units') : undefined}
    />
    <${Field}
      ...${{ name: 'topUpId', value: topUpId, onValue: setTopUpId, spellcheck: false }}
      label=${t('top-up-id')}
      hint=${t('top-up-id-hint')}
      error=${isName ? undefined : t('error-top-up-id')}
    />
  <//>`;
}
