/** @import { OrderHistory } from '../../../contract/console.ts' */
/** @import { OperatorOrder } from '../../../contract/operator.ts' */
/**
 * One order: what it is now, all that happened to it, and the two ways to end it. A paid one is
 * refunded, an unpaid one cancelled; both are safe to repeat.
 */
import { useState } from 'preact/hooks';
import { useAnswer, useConsole } from './context.js';
import { Confirm } from './dialog.js';
import { Choice } from './field.js';
import { html } from './html.js';
import { Events } from './order-events.js';
import { Facts, Heading, Loading, OrderBadge, Panel, TroubleNote } from './parts.js';
import { linkTo } from './route.js';

/** @param {{ orderId: string }} props */
export function Order({ orderId }) {
  const { words } = useConsole();
  const { t } = words;
  const path = `/operator/orders/${encodeURIComponent(orderId)}/history`;
  const { value, trouble, ask } = useAnswer(path);
  const history = /** @type {OrderHistory | undefined} */ (value);
  const back = { href: linkTo(['orders']), text: t('orders') };
  const badge = history && html`<${OrderBadge} state=${history.order.state} />`;
  return html`<${Heading} title=${t('order')} back=${back} badge=${badge}>
      ${history && html`<${Actions} order=${history.order} onChanged=${ask} />`}
    <//>
    <p class="under"><code>${orderId}</code></p>
    <${TroubleNote} trouble=${trouble} again=${ask} />
    ${history === undefined && trouble === undefined && html`<${Loading} />`}
    ${
      history &&
      html`<div class="panels">
        <${Panel} title=${t('as-it-is')}><${Facts} rows=${rowsOf(history.order, words)} /><//>
        <${Panel} title=${t('history')}><${Events} events=${history.events} /><//>
      </div>`
    }`;
}

/**
 * @param {OperatorOrder} order
 * @param {import('./types.ts').Words} words
 * @returns {[string, unknown][]}
 */
function rowsOf(order, words) {
  const { t, named } = words;
  /** @type {[string, unknown][]} */
  const rows = [
    [t('sale'), html`<a href=${linkTo(['sales', order.saleId])}>${order.saleId}</a>`],
    [
      t('buyer'),
      html`<a href=${linkTo(['orders'], { q: order.buyerId })}><code>${order.buyerId}</code></a>`,
    ],
    [t('quantity'), words.number(order.quantity)],
    [t('settled'), words.moment(order.settledAt)],
  ];
  if (order.reason) rows.push([t('reason'), named('reason-', order.reason)]);
  if (order.payBefore) rows.push([t('pay-before'), words.moment(order.payBefore)]);
  if (order.closedBy) rows.push([t('closed-by'), named('by-', order.closedBy)]);
  if (order.payment) rows.push([t('payment'), named('payment-', order.payment)]);
  if (order.held) rows.push([t('held'), html`<a href=${linkTo(['letters'])}>${t('letters')}</a>`]);
  return rows;
}

/** @param {{ order: OperatorOrder, onChanged(): void }} props */
function Actions({ order, onChanged }) {
  const { words, mayChange } = useConsole();
  const { t } = words;
  const [asked, setAsked] = useState(/** @type {'cancel' | 'refund' | undefined} */ (undefined));
  if (!mayChange) return null;
  const close = () => setAsked(undefined);
  const mayCancel = order.state === 'reserved' || order.state === 'queued';
  return html`
    ${
      mayCancel &&
      html`<button type="button" class="button quiet-grave" onClick=${() => setAsked('cancel')}>
        ${t('cancel-order')}…
      </button>`
    }
    ${
      order.state === 'paid' &&
      html`<button type="button" class="button quiet-grave" onClick=${() => setAsked('refund')}>
        ${t('refund')}…
      </button>`
    }
    ${asked === 'cancel' && html`<${Cancel} ...${{ order, onChanged }} onClose=${close} />`}
    ${asked === 'refund' && html`<${Refund} ...${{ order, onChanged }} onClose=${close} />`}
  `;
}

/** @param {{ order: OperatorOrder, onChanged(): void, onClose(): void }} props */
function Cancel({ order, onChanged, onClose }) {
  const { api, words, say } = useConsole();
  const { t } = words;
  const [by, setBy] = useState('operator');
  const choices = [
    ['operator', t('by-operator')],
    ['risk', t('by-risk')],
  ];
  return html`<${Confirm}
    title=${t('cancel-title')}
    verb=${t('cancel-order')}
    isGrave=${true}
    act=${() => api.post(`/operator/orders/${order.orderId}/cancellation`, { by })}
    onClose=${onClose}
    onDone=${() => {
      say(t('cancelled-it'));
      onChanged();
    }}
  >
    <p>${t('cancel-what', { buyer: order.buyerId, quantity: order.quantity })}</p>
    <${Choice} ...${{ name: 'by', label: t('why'), value: by, onValue: setBy, choices }} />
  <//>`;
}

/** @param {{ order: OperatorOrder, onChanged(): void, onClose(): void }} props */
function Refund({ order, onChanged, onClose }) {
  const { api, words, say } = useConsole();
  const { t } = words;
  const [restock, setRestock] = useState('yes');
  const choices = [
    ['yes', t('restock-yes')],
    ['no', t('restock-no')],
  ];
  const act = () =>
    api.post(`/operator/orders/${order.orderId}/refund`, { restock: restock === 'yes' });
  return html`<${Confirm}
    title=${t('refund-title')}
    verb=${t('refund')}
    isGrave=${true}
    act=${act}
    onClose=${onClose}
    onDone=${() => {
      say(t('refunded-it'));
      onChanged();
    }}
  >
    <p>${t('refund-what', { buyer: order.buyerId, quantity: order.quantity })}</p>
    <${Choice}
      ...${{ name: 'restock', label: t('restock'), value: restock, onValue: setRestock, choices }}
    />
  <//>`;
}
