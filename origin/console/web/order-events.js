/** @import { OrderEvent } from '../../../contract/console.ts' */
/** What happened to an order, one event below the other. */
import { useConsole } from './context.js';
import { html } from './html.js';
import { detailsOf } from './order-details.js';

/** @param {{ events: OrderEvent[] }} props */
export function Events({ events }) {
  const { words } = useConsole();
  return html`<ol class="events">
    ${events.map(
      (event, index) => html`<li key=${index} class="of-${event.of}">
        <span class="dot" aria-hidden="true"></span>
        <div>
          <p>
            <span class="soft">${words.named('of-', event.of)}</span>
            <strong> ${words.named(`${event.of}-`, event.what)}</strong>
          </p>
          <p class="soft"><time datetime=${event.at}>${words.moment(event.at)}</time></p>
          <${Details} rows=${detailsOf(event, words)} />
        </div>
      </li>`,
    )}
  </ol>`;
}

/** @param {{ rows: [string, string][] }} props */
function Details({ rows }) {
  if (rows.length === 0) return null;
  return html`<dl class="details">
    ${rows.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}
