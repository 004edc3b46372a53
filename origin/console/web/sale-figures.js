/** @import { ComponentChildren } from 'preact' */
/** @import { LiveState } from './live-state.js' */
/** The numbers of a running sale that are looked at first. What is not known is a dash. */
import { useConsole } from './context.js';
import { html } from './html.js';
import { Figure } from './parts.js';
import { linkTo } from './route.js';

/** From here on somebody should look: the alerts have the same bounds. */
const LAG_SECONDS = 1;
const DEAD_LETTERS = 10;

/** @param {{ live: LiveState }} props */
export function SaleFigures({ live }) {
  const { words } = useConsole();
  const { t } = words;
  const { frame } = live;
  const { sale, logLag, ledger, deadLetters, waitlist, outboxEntries } = frame;
  const number = (/** @type {number | null} */ value, /** @type {0 | 1} */ digits = 0) =>
    value === null ? '–' : words.number(value, digits);
  const limit = frame.currentRatePerSecond;
  const isSlowed = limit !== null && limit < frame.configuredRatePerSecond * 0.999;
  const isKnown = frame.sold !== null && sale.units > 0;
  const soldPart = isKnown ? words.percent((frame.sold ?? 0) / sale.units) : undefined;
  const { cap } = waitlist;
  const places = cap === 0 ? t('no-waitlist') : t('of-places', { cap: words.number(cap) });
  const lag = logLag === null ? '–' : words.duration(logLag.seconds * 1000);
  return html`<dl class="figures">
    <${Figure} label=${t('stock-left')} note=${t('out-of', { units: words.number(sale.units) })}>
      ${number(frame.stockLeft)}
    <//>
<${Figure} label=${t('sold')}
      note=${soldPart}>
      ${number(frame.sold)}
    <//>
<${Figure} label=${t('admitted')}
      note=${t('of-rate', { rate: number(frame.configuredRatePerSecond) })}>
      ${number(frame.admittedPerSecond, 1)}
    <//>
<${Figure} label=${t('current-rate')} tone=${isSlowed ? 'warn' : 'calm'}
      note=${isSlowed ? t('is-slowed') : limit === null ? t('edge-silent') : undefined}>
      ${number(limit)}
    <//>
<${Figure} label=${t('log-lag')}
      tone=${logLag !== null && logLag.seconds > LAG_SECONDS ? 'bad' : 'calm'}
      note=${logLag === null ? undefined : t('messages', { count: words.number(logLag.messages) })}>
      ${lag}
    <//>
    <${Figure} label=${t('outbox')} note=${t('outbox-note')}>${number(outboxEntries)}<//>
<${Figure} label=${t('waiting')}
      note=${places}>
      ${number(waitlist.waiting)}
    <//>
<${Figure} label=${t('ledger')} tone=${ledgerTone(ledger)}
      note=${t(ledger?.atWatermark ? 'at-rest' : 'on-the-way')}>
      ${ledger === null ? '–' : signed(ledger.difference, words)}
    <//>
<${Figure} label=${t('letters')}
      tone=${deadLetters !== null && deadLetters > DEAD_LETTERS ? 'bad' : 'calm'}
      note=${html`<a href=${linkTo(['letters'])}>${t('look')}</a>`}>
      ${number(deadLetters)}
    <//>
<${Figure} label=${t('pressure')} tone=${frame.pressure.value >= 1 ? 'bad' : 'calm'}
      note=${words.named('part-', frame.pressure.part)}>
      ${words.percent(Math.round(frame.pressure.value * 100) / 100)}
    <//>
  </dl>`;
}

/** @param {LiveState['frame']['ledger']} ledger */
export function ledgerTone(ledger) {
  if (ledger === null || !ledger.atWatermark) return 'calm';
  return ledger.difference === 0 ? 'good' : 'bad';
}

/** @param {number} value @param {import('./types.ts').Words} words @returns {ComponentChildren} */
function signed(value, words) {
  return value > 0 ? `+${words.number(value)}` : words.number(value);
}
