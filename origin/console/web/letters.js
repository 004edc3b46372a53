/**
 * @import { DeadLetter, DeadLetterResult, DeadLetters,
 *   WholeDeadLetter } from '../../../contract/operator-dead-letters.ts'
 */
/**
 * The dead letters: orders that could not be settled. Each is looked at, and then tried again or
 * given up; both are safe to repeat.
 */
import { useState } from 'preact/hooks';
import { useAnswer, useConsole } from './context.js';
import { Confirm, Dialog } from './dialog.js';
import { Choice } from './field.js';
import { html } from './html.js';
import { Badge, Empty, Facts, Heading, Loading, Table, TroubleNote } from './parts.js';
import { linkTo } from './route.js';

const PAGE = 50;
const TONES = { pending: 'warn', replayed: 'good', discarded: 'calm' };
/** @typedef {{ what: 'show' | 'replay' | 'discard', letter: DeadLetter }} Asked */

export function Letters() {
  const { words } = useConsole();
  const { t } = words;
  const [state, setState] = useState('pending');
  const [after, setAfter] = useState(0);
  const [asked, setAsked] = useState(/** @type {Asked | undefined} */ (undefined));
  const query = new URLSearchParams({ limit: String(PAGE), after: String(after) });
  if (state !== '') query.set('state', state);
  const { value, trouble, ask } = useAnswer(`/operator/dead-letters?${query}`);
  const page = /** @type {DeadLetters | undefined} */ (value);
  const states = /** @type {const} */ (['pending', 'replayed', 'discarded']);
  const choices = [...states.map((one) => [one, t(`letter-${one}`)]), ['', t('any-state')]];
  const close = () => setAsked(undefined);
  function filter(/** @type {string} */ chosen) {
    setAfter(0);
    setState(chosen);
  }
  return html`<${Heading} title=${t('letters')} />
    <p class="lead">${t('letters-lead')}</p>
    <div class="row filters">
<${Choice}
        ...${{ name: 'state', label: t('state'), value: state, onValue: filter, choices }} />
    </div>
    <${TroubleNote} trouble=${trouble} again=${ask} />
    ${page === undefined && trouble === undefined && html`<${Loading} />`}
    ${page && html`<${LetterTable} letters=${page.letters} onAsked=${setAsked} />`}
    <div class="buttons">
      ${
        after > 0 &&
        html`<button type="button" class="button" onClick=${() => setAfter(0)}>
          ${t('first-page')}
        </button>`
      }
      ${
        page?.next !== undefined &&
        html`<button type="button" class="button" onClick=${() => setAfter(page.next ?? 0)}>
          ${t('next-page')}
        </button>`
      }
    </div>
    ${asked?.what === 'show' && html`<${Letter} letter=${asked.letter} onClose=${close} />`}
    ${
      asked &&
      asked.what !== 'show' &&
      html`<${End} ...${{ ...asked, onClose: close }} onChanged=${ask} />`
    }`;
}

/** @param {{ letters: DeadLetter[], onAsked(asked: Asked): void }} props */
function LetterTable({ letters, onAsked }) {
  const { words, mayChange } = useConsole();
  const { t } = words;
  if (letters.length === 0) return html`<${Empty} title=${t('no-letters')} />`;
  const heads = [t('number'), t('state'), t('reason'), t('order'), t('since'), t('actions')];
  const button = (/** @type {Asked['what']} */ what, /** @type {DeadLetter} */ letter) =>
    html`<button
      type="button"
      class="button small"
      aria-label=${`${t(`letter-do-${what}`)} ${letter.id}`}
      onClick=${() => onAsked({ what, letter })}
    >
      ${t(`letter-do-${what}`)}${what === 'show' ? '' : '…'}
    </button>`;
  return html`<section class="panel wide">
    <${Table} label=${t('letters')} heads=${heads} numeric=${[0]}>
      ${letters.map(
        (letter) => html`<tr key=${letter.id}>
          <th scope="row" class="number">${letter.id}</th>
          <td><${Badge} tone=${TONES[letter.state]}>${t(`letter-${letter.state}`)}<//></td>
          <td class="wrap">${letter.reason}</td>
          <td>
            ${
              letter.orderId
                ? html`<a
                  href=${linkTo(['orders', letter.orderId])}><code>${letter.orderId}</code></a>`
                : '–'
            }
          </td>
          <td>${words.moment(letter.buriedAt)}</td>
          <td>
            <div class="row">
              ${button('show', letter)}
${mayChange && letter.state === 'pending' && [button('replay', letter), button('discard', letter)]}
            </div>
          </td>
        </tr>`,
      )}
    <//>
  </section>`;
}

/** @param {{ letter: DeadLetter, onClose(): void }} props */
function Letter({ letter, onClose }) {
  const { words } = useConsole();
  const { t } = words;
  const { value, trouble } = useAnswer(`/operator/dead-letters/${letter.id}`);
  const whole = /** @type {WholeDeadLetter | undefined} */ (value);
  return html`<${Dialog} title=${t('letter-title', { id: letter.id })} onClose=${onClose}>
    <div class="told">
      <${Facts}
        rows=${[
          [t('reason'), letter.reason],
          [t('source'), `${letter.source} ${letter.partition}:${letter.offset}`],
          [t('attempts'), words.number(letter.attempts)],
          [t('since'), words.moment(letter.buriedAt)],
        ]}
      />
      <${TroubleNote} trouble=${trouble} />
      ${
        whole &&
        html`<h3>${t('record')}</h3>
<pre tabindex="0"
            aria-label=${t('record')}>${JSON.stringify(whole.record, null, 2)}</pre>`
      }
    </div>
    <div class="buttons">
      <button type="button" class="button" onClick=${onClose}>${t('close-dialog')}</button>
    </div>
  <//>`;
}

/**
 * @param {{ letter: DeadLetter, what: 'replay' | 'discard', onChanged(): void,
 *   onClose(): void }} props
 */
function End({ letter, what, onChanged, onClose }) {
  const { api, words, say } = useConsole();
  const { t } = words;
  return html`<${Confirm}
    title=${t(`letter-${what}-title`, { id: letter.id })}
    verb=${t(`letter-do-${what}`)}
    isGrave=${what === 'discard'}
    act=${() => api.post(`/operator/dead-letters/${letter.id}/${what}`)}
    onClose=${onClose}
    onDone=${(/** @type {DeadLetterResult} */ result) => {
      const states = result.orders.map((one) => words.named('order-', one.state)).join(', ');
      say(t(`letter-${what}-done`, { id: letter.id, states: states === '' ? '–' : states }));
      onChanged();
    }}
  >
    <p>${t(`letter-${what}-what`)}</p>
    <p class="soft">${letter.reason}</p>
  <//>`;
}
