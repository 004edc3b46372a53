/** @import { LiveFrame } from '../../../contract/console.ts' */
/** @import { OperatorSale } from '../../../contract/operator.ts' */
/** @import { LiveState } from './live-state.js' */
/** What stands below the charts: the ledger as an equation, the draw, the backends, the first. */
import { useConsole } from './context.js';
import { html } from './html.js';
import { Badge, Empty, Panel, Table } from './parts.js';
import { linkTo } from './route.js';
import { ledgerTone } from './sale-figures.js';
import { ShareSlider } from './share-slider.js';

/** @param {{ live: LiveState, sale: OperatorSale, onChanged(): void }} props */
export function SalePanels({ live, sale, onChanged }) {
  const { words } = useConsole();
  const { t } = words;
  const { frame } = live;
  return html`<div class="panels">
    <${Panel} title=${t('ledger')} wide=${true}><${Equation} ledger=${frame.ledger} /><//>
    <${Panel} title=${t('draw')}>
      <${ShareSlider} ...${{ sale, onChanged }} share=${frame.share} steps=${frame.drawSteps} />
    <//>
    <${Panel} title=${t('backends')}><${Backends} frame=${frame} /><//>
    <${Panel} title=${t('top')} wide=${true}><${Top} frame=${frame} /><//>
  </div>`;
}

const TERMS = /** @type {const} */ (['free', 'unsettled', 'reserved', 'paid', 'pendingRelease']);

/** @param {{ ledger: LiveFrame['ledger'] }} props */
function Equation({ ledger }) {
  const { words } = useConsole();
  const { t } = words;
  if (ledger === null) return html`<${Empty} title=${t('not-known')} />`;
  const { terms, atWatermark, difference } = ledger;
  return html`<div>
    <p class="equation">
      <span class="term"><strong>${words.number(terms.units)}</strong>${t('term-units')}</span>
      ${TERMS.map(
        (name, index) => html`<span class="part" key=${name}>
          <span class="sign">${index === 0 ? '=' : '+'}</span>
          <span class="term">
            <strong>${words.number(terms[name])}</strong>${t(`term-${name}`)}
          </span>
        </span>`,
      )}
      ${
        difference !== 0 &&
        html`<span class="part">
          <span class="sign">${difference > 0 ? '+' : '−'}</span>
          <span class="term tone-${ledgerTone(ledger)}">
            <strong>${words.number(Math.abs(difference))}</strong>${t('difference')}
          </span>
        </span>`
      }
    </p>
    <${Badge} tone=${ledgerTone(ledger)}>
      ${t(!atWatermark ? 'ledger-moves' : difference === 0 ? 'ledger-holds' : 'ledger-broken')}
    <//>
  </div>`;
}

const BACKENDS = /** @type {const} */ (['stock', 'log', 'book', 'lease']);

/** @param {{ frame: LiveFrame }} props */
function Backends({ frame }) {
  const { words } = useConsole();
  const { t } = words;
  return html`<ul class="backends">
    ${BACKENDS.map((name) => {
      const state = frame.backends[name];
      const isWell = state === 'ok';
      return html`<li key=${name}>
        <span>${t(`backend-${name}`)}</span>
        <${Badge} tone=${isWell ? 'good' : 'bad'}>${isWell ? t('backend-ok') : state}<//>
      </li>`;
    })}
  </ul>`;
}

/** @param {{ frame: LiveFrame }} props */
function Top({ frame }) {
  const { words } = useConsole();
  const { t } = words;
  const { top } = frame;
  if (top === null) return html`<${Empty} title=${t('not-known')} />`;
  if (top.length === 0) return html`<${Empty} title=${t('nobody-yet')} />`;
  return html`<${Table}
    label=${t('top')}
    heads=${[t('rank'), t('buyer'), t('quantity'), t('after-opening')]}
    numeric=${[2, 3]}
  >
    ${top.map(
      ({ rank, buyerId, quantity, elapsedMs }) => html`<tr key=${rank}>
        <td>${rank}</td>
<th scope="row"><a
          href=${linkTo(['orders'], { q: buyerId })}><code>${buyerId}</code></a></th>
        <td class="number">${words.number(quantity)}</td>
        <td class="number">${words.duration(elapsedMs)}</td>
      </tr>`,
    )}
  <//>`;
}
