/** @import { Preheat as Checked, PreheatCheck } from '../../../contract/console.ts' */
/** @import { Answer, Trouble } from './types.ts' */
/**
 * The checklist before an opening: each check green or red, with what was found and what to do. It
 * loads stock and scripts, so it is a change, and only an operator runs it.
 */
import { useState } from 'preact/hooks';
import { useConsole } from './context.js';
import { Field } from './field.js';
import { html } from './html.js';
import { Empty, Heading, Panel, TroubleNote } from './parts.js';
import { linkTo } from './route.js';

/** @param {{ saleId: string }} props */
export function Preheat({ saleId }) {
  const { api, words, mayChange, say } = useConsole();
  const { t } = words;
  const [buyers, setBuyers] = useState('');
  const [rate, setRate] = useState('');
  const [isChecking, setIsChecking] = useState(false);
  const [checked, setChecked] = useState(/** @type {Checked | undefined} */ (undefined));
  const [trouble, setTrouble] = useState(/** @type {Trouble | undefined} */ (undefined));
  const back = { href: linkTo(['sales', saleId]), text: saleId };
  if (!mayChange) {
    return html`<${Heading} title=${t('preheat')} back=${back} /><${Empty}
      title=${t('not-allowed')} />`;
  }
  const errors = { buyers: wrongNumber(buyers), rate: wrongNumber(rate) };

  async function check(/** @type {Event} */ event) {
    event.preventDefault();
    if (isChecking || errors.buyers || errors.rate) return;
    setIsChecking(true);
    const path = `/operator/sales/${encodeURIComponent(saleId)}/preheat`;
    const asked = api.post(path, {
      ...(buyers === '' ? {} : { expectedBuyers: Number(buyers) }),
      ...(rate === '' ? {} : { measuredRatePerSecond: Number(rate) }),
    });
    const answer = /** @type {Answer<Checked>} */ (await asked);
    setIsChecking(false);
    setTrouble(answer.kind === 'answered' ? undefined : answer);
    if (answer.kind !== 'answered') return;
    setChecked(answer.value);
    say(summaryOf(answer.value, t));
  }

  return html`<${Heading} title=${t('preheat')} back=${back} />
    <form class="panel form" onSubmit=${check} novalidate>
      <p class="lead">${t('preheat-lead')}</p>
      <div class="grid">
        <${Field}
          ...${{ name: 'expectedBuyers', value: buyers, onValue: setBuyers, inputmode: 'numeric' }}
          label=${t('expected-buyers')}
          hint=${t('optional')}
          error=${errors.buyers && t('error-number')}
        />
        <${Field}
          ...${{ name: 'measuredRate', value: rate, onValue: setRate, inputmode: 'numeric' }}
          label=${t('measured-rate')}
          hint=${t('measured-rate-hint')}
          error=${errors.rate && t('error-number')}
        />
      </div>
      <div class="buttons">
        <button type="submit" class="button primary" disabled=${isChecking}>
          ${t(isChecking ? 'checking' : checked ? 'check-again' : 'check')}
        </button>
      </div>
    </form>
    <${TroubleNote} trouble=${trouble} />
    ${checked && html`<${Checklist} checked=${checked} />`}`;
}

/** @param {{ checked: Checked }} props */
function Checklist({ checked }) {
  const { words } = useConsole();
  const { t } = words;
  const inOrder = checked.checks.toSorted((left, right) => rankOf(left) - rankOf(right));
  const more = html`<span class="soft">${words.moment(checked.at)}</span>`;
  return html`<${Panel} title=${summaryOf(checked, t)} more=${more} wide=${true}>
    <ul class="checks">
      ${inOrder.map((check) => html`<${Check} key=${check.id} check=${check} />`)}
    </ul>
  <//>`;
}

const SIGNS = /** @type {const} */ ({
  true: { sign: '✓', tone: 'good', label: 'check-good' },
  false: { sign: '!', tone: 'bad', label: 'check-bad' },
  null: { sign: '–', tone: 'calm', label: 'check-none' },
});

/** @param {{ check: PreheatCheck }} props */
function Check({ check }) {
  const { words } = useConsole();
  const { t, language } = words;
  const tongue = language === 'en' ? 'en' : 'zh';
  const { sign, tone, label } = SIGNS[/** @type {'true' | 'false' | 'null'} */ (String(check.ok))];
  return html`<li class="check tone-${tone}" data-check=${check.id} data-ok=${String(check.ok)}>
    <span class="sign" role="img" aria-label=${t(label)}>${sign}</span>
    <div>
      <strong>${check.name[tongue]}</strong>
      <p>${check.detail[tongue]}</p>
      ${check.advice && html`<p class="advice">${check.advice[tongue]}</p>`}
    </div>
  </li>`;
}

/** What is red comes first. @param {PreheatCheck} check */
function rankOf({ ok }) {
  return ok === false ? 0 : ok ? 1 : 2;
}

/** @param {Checked} checked @param {import('./types.ts').Words['t']} t */
function summaryOf({ checks }, t) {
  const bad = checks.filter(({ ok }) => ok === false).length;
  return bad === 0 ? t('preheat-good') : t('preheat-bad', { count: bad });
}

/** @param {string} text */
function wrongNumber(text) {
  return text !== '' && !(/^\d+$/.test(text) && Number(text) > 0);
}
