/** @import { OperatorSale } from '../../../contract/operator.ts' */
/**
 * All sales: those that run or are to come first, those that ended below, rehearsals last of all.
 * Asked again every few seconds while the page is seen.
 */
import { useEffect } from 'preact/hooks';
import { useAnswer, useConsole } from './context.js';
import { html } from './html.js';
import { Empty, Heading, Loading, SaleBadge, Table, TroubleNote } from './parts.js';
import { isRehearsal } from './rehearsals.js';
import { goTo, linkTo } from './route.js';

const LOOK_AGAIN_MS = 5_000;

export function Sales() {
  const { words, mayChange } = useConsole();
  const { t } = words;
  const { value, trouble, ask } = useAnswer('/operator/sales');
  const list = /** @type {{ sales: OperatorSale[] } | undefined} */ (value);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) ask();
    }, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [ask]);
  const all = sorted(list?.sales ?? []);
  const rehearsals = all.filter(({ saleId }) => isRehearsal(saleId));
  const sales = all.filter(({ saleId }) => !isRehearsal(saleId));
  const running = sales.filter(({ state }) => state !== 'ended');
  const ended = sales.filter(({ state }) => state === 'ended');
  return [
    html`<${Heading} title=${t('sales')}>
      ${
        mayChange &&
        html`<button type="button" class="button primary" onClick=${() => goTo(['new'])}>
          ${t('new-sale')}
        </button>`
      }
    <//>`,
    html`<${TroubleNote} trouble=${trouble} again=${ask} />`,
    list === undefined && trouble === undefined && html`<${Loading} />`,
    list !== undefined &&
      sales.length === 0 &&
      html`<${Empty} title=${t('no-sales')}><p>${t('no-sales-more')}</p><//>`,
    running.length > 0 && html`<${SaleTable} title=${t('running-sales')} sales=${running} />`,
    ended.length > 0 && html`<${SaleTable} title=${t('ended-sales')} sales=${ended} />`,
    rehearsals.length > 0 && html`<${SaleTable} title=${t('rehearsals')} sales=${rehearsals} />`,
  ];
}

/** @param {{ title: string, sales: OperatorSale[] }} props */
function SaleTable({ title, sales }) {
  const { words } = useConsole();
  const { t } = words;
  const heads = [t('sale'), t('state'), t('left-of'), t('price'), t('opens'), t('closes')];
  return html`<section class="panel wide">
    <header><h2>${title}</h2></header>
    <${Table} label=${title} heads=${heads} numeric=${[2, 3]}>
      ${sales.map(
        (sale) => html`<tr key=${sale.saleId}>
          <th scope="row">
            <a class="strong" href=${linkTo(['sales', sale.saleId])}>${sale.title}</a>
            <code>${sale.saleId}</code>
          </th>
          <td><${SaleBadge} state=${sale.state} /></td>
          <td class="number">
            ${sale.stockLeft === undefined ? '–' : words.number(sale.stockLeft)}
            <span class="soft"> / ${words.number(sale.units)}</span>
            <${Sold} ...${{ sale }} />
          </td>
          <td class="number">${words.price(sale.price, sale.currency)}</td>
          <td>${words.moment(sale.opensAt)}</td>
          <td>${words.moment(sale.closesAt)}</td>
        </tr>`,
      )}
    <//>
  </section>`;
}

/** For the eye only: the figures stand beside it. @param {{ sale: OperatorSale }} props */
function Sold({ sale }) {
  if (sale.stockLeft === undefined || sale.units === 0) return null;
  const gone = Math.round((1 - sale.stockLeft / sale.units) * 100);
  return html`<span class="meter" aria-hidden="true"><span
    style=${`width: ${gone}%`}></span></span>`;
}

/** The next opening first; among those that ended, the last. @param {OperatorSale[]} sales */
function sorted(sales) {
  return sales.toSorted((left, right) => {
    if (left.state === 'ended' && right.state === 'ended') {
      return right.closesAt.localeCompare(left.closesAt);
    }
    return left.opensAt.localeCompare(right.opensAt);
  });
}
