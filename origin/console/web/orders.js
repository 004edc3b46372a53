/** @import { FoundOrders } from '../../../contract/console.ts' */
/** @import { OperatorOrder } from '../../../contract/operator.ts' */
/** @import { OperatorOrders } from '../../../contract/operator-orders.ts' */
/**
 * Orders: found by their id or their buyer's, or a sale's, by state. What is looked for stands in
 * the address, so that a list can be handed on.
 */
import { useState } from 'preact/hooks';
import { useAnswer, useConsole } from './context.js';
import { Choice, Field } from './field.js';
import { html } from './html.js';
import { Empty, Heading, Loading, OrderBadge, Table, TroubleNote } from './parts.js';
import { goTo, linkTo } from './route.js';

const STATES = /** @type {const} */ ([
  ...['queued', 'reserved', 'paid', 'expired', 'cancelled', 'refunded', 'rejected'],
]);
const PAGE = 50;

/** @param {{ query: URLSearchParams }} props */
export function Orders({ query }) {
  const { words } = useConsole();
  const { t } = words;
  const sale = query.get('sale');
  const asked = query.get('q') ?? '';
  return html`<${Heading} title=${t('orders')} />
    <${Search} key=${asked} first=${asked} />
    ${asked !== '' && html`<${Found} asked=${asked} />`}
    ${asked === '' && sale !== null && html`<${OfSale} saleId=${sale} query=${query} />`}
    ${asked === '' && sale === null && html`<${Empty} title=${t('search-lead')} />`}`;
}

/** @param {{ first: string }} props */
function Search({ first }) {
  const { words } = useConsole();
  const { t } = words;
  const [text, setText] = useState(first);
  const isRight = /^[\x21-\x7e]{1,64}$/.test(text.trim());
  const [isShown, setIsShown] = useState(false);
  function submit(/** @type {Event} */ event) {
    event.preventDefault();
    setIsShown(true);
    if (isRight) goTo(['orders'], { q: text.trim() });
  }
  return html`<form class="search" role="search" onSubmit=${submit} novalidate>
    <${Field}
      ...${{ name: 'q', value: text, onValue: setText, type: 'search', spellcheck: false }}
      label=${t('search-field')}
      hint=${t('search-hint')}
      error=${isShown && !isRight ? t('error-search') : undefined}
    />
    <button type="submit" class="button primary">${t('search')}</button>
  </form>`;
}

/** @param {{ asked: string }} props */
function Found({ asked }) {
  const { words } = useConsole();
  const { value, trouble, ask } = useAnswer(`/operator/orders?q=${encodeURIComponent(asked)}`);
  const found = /** @type {FoundOrders | undefined} */ (value);
  if (trouble) return html`<${TroubleNote} trouble=${trouble} again=${ask} />`;
  if (found === undefined) return html`<${Loading} />`;
  return html`<p class="soft" role="status">
      ${words.t('found', { count: words.number(found.orders.length) })}
    </p>
    <${OrderTable} orders=${found.orders} />`;
}

/** @param {{ saleId: string, query: URLSearchParams }} props */
function OfSale({ saleId, query }) {
  const { words } = useConsole();
  const { t } = words;
  const state = query.get('state') ?? '';
  const after = query.get('after') ?? '';
  const wanted = new URLSearchParams({
    limit: String(PAGE),
    ...(state === '' ? {} : { state }),
    ...(after === '' ? {} : { after }),
  });
  const path = `/operator/sales/${encodeURIComponent(saleId)}/orders?${wanted}`;
  const { value, trouble, ask } = useAnswer(path);
  const page = /** @type {OperatorOrders | undefined} */ (value);
  const base = { sale: saleId, ...(state === '' ? {} : { state }) };
  const choices = [['', t('any-state')], ...STATES.map((one) => [one, words.named('order-', one)])];
  return html`<div class="row filters">
      <p>${t('sale')} <a href=${linkTo(['sales', saleId])}><code>${saleId}</code></a></p>
      <${Choice}
        ...${{ name: 'state', label: t('state'), value: state, choices }}
        onValue=${(/** @type {string} */ chosen) =>
          goTo(['orders'], { sale: saleId, ...(chosen === '' ? {} : { state: chosen }) })}
      />
    </div>
    <${TroubleNote} trouble=${trouble} again=${ask} />
    ${page === undefined && trouble === undefined && html`<${Loading} />`}
    ${page && html`<${OrderTable} orders=${page.orders} />`}
    <div class="buttons">
${after !== '' && html`<a class="button" href=${linkTo(['orders'], base)}>${t('first-page')}</a>`}
      ${
        page?.next &&
        html`<a class="button" href=${linkTo(['orders'], { ...base, after: page.next })}>
          ${t('next-page')}
        </a>`
      }
    </div>`;
}

/** @param {{ orders: OperatorOrder[] }} props */
function OrderTable({ orders }) {
  const { words } = useConsole();
  const { t } = words;
  if (orders.length === 0) return html`<${Empty} title=${t('no-orders')} />`;
  const heads = [t('order'), t('state'), t('buyer'), t('sale'), t('quantity'), t('settled')];
  return html`<section class="panel wide">
    <${Table} label=${t('orders')} heads=${heads} numeric=${[4]}>
      ${orders.map(
        (order) => html`<tr key=${order.orderId}>
          <th scope="row">
            <a href=${linkTo(['orders', order.orderId])}><code>${order.orderId}</code></a>
          </th>
          <td><${OrderBadge} state=${order.state} /></td>
          <td><code>${order.buyerId}</code></td>
          <td><a href=${linkTo(['sales', order.saleId])}>${order.saleId}</a></td>
          <td class="number">${words.number(order.quantity)}</td>
          <td>${words.moment(order.settledAt)}</td>
        </tr>`,
      )}
    <//>
  </section>`;
}
