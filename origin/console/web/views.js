/** @import { Route } from './route.js' */
/** Which view an address shows. */
import { Changes } from './changes.js';
import { useConsole } from './context.js';
import { html } from './html.js';
import { Letters } from './letters.js';
import { Me } from './me.js';
import { Order } from './order.js';
import { Orders } from './orders.js';
import { Empty } from './parts.js';
import { Preheat } from './preheat.js';
import { linkTo } from './route.js';
import { Sale } from './sale.js';
import { EditSale, NewSale } from './sale-edit.js';
import { Sales } from './sales.js';

/** @param {{ route: Route }} props */
export function View({ route }) {
  const { words } = useConsole();
  const [part = 'sales', id, more] = route.parts;
  if (part === 'sales' && id === undefined) return html`<${Sales} />`;
  if (part === 'new') return html`<${NewSale} />`;
  if (part === 'sales' && id !== undefined && more === undefined) {
    return html`<${Sale} key=${id} saleId=${id} />`;
  }
  if (part === 'sales' && more === 'edit') return html`<${EditSale} key=${id} saleId=${id} />`;
  if (part === 'sales' && more === 'preheat') return html`<${Preheat} key=${id} saleId=${id} />`;
  if (part === 'orders' && id === undefined) return html`<${Orders} query=${route.query} />`;
  if (part === 'orders') return html`<${Order} key=${id} orderId=${id} />`;
  if (part === 'letters') return html`<${Letters} />`;
  if (part === 'changes') return html`<${Changes} query=${route.query} />`;
  if (part === 'me') return html`<${Me} />`;
  return html`<${Empty} title=${words.t('no-view')}>
    <a href=${linkTo([])}>${words.t('sales')}</a>
  <//>`;
}
