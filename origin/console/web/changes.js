/** @import { OperatorChange, OperatorChanges } from '../../../contract/operator-changes.ts' */
/** @import { Tone } from './types.ts' */
/** The record of changes: who changed what, when, and what came of it; the newest first. */
import { useState } from 'preact/hooks';
import { useAnswer, useConsole } from './context.js';
import { Field } from './field.js';
import { html } from './html.js';
import { Badge, Empty, Heading, Loading, Table, TroubleNote } from './parts.js';
import { goTo, linkTo } from './route.js';

const PAGE = 50;
/** @type {Record<OperatorChange['outcome'], Tone>} */
const TONES = { begun: 'warn', done: 'good', refused: 'calm', failed: 'bad' };

/** @param {{ query: URLSearchParams }} props */
export function Changes({ query }) {
  const { words } = useConsole();
  const { t } = words;
  const target = query.get('target') ?? '';
  const after = query.get('after') ?? '';
  const wanted = new URLSearchParams({
    limit: String(PAGE),
    ...(target === '' ? {} : { target }),
    ...(after === '' ? {} : { after }),
  });
  const { value, trouble, ask } = useAnswer(`/operator/changes?${wanted}`);
  const page = /** @type {OperatorChanges | undefined} */ (value);
  /** @type {Record<string, string>} */
  const base = target === '' ? {} : { target };
  return html`<${Heading} title=${t('changes')} />
    <p class="lead">${t('changes-lead')}</p>
    <${Filter} key=${target} first=${target} />
    <${TroubleNote} trouble=${trouble} again=${ask} />
    ${page === undefined && trouble === undefined && html`<${Loading} />`}
    ${page && html`<${ChangeTable} changes=${page.changes} />`}
    <div class="buttons">
${after !== '' && html`<a class="button" href=${linkTo(['changes'], base)}>${t('first-page')}</a>`}
      ${
        page?.next !== undefined &&
        html`<a class="button" href=${linkTo(['changes'], { ...base, after: String(page.next) })}>
          ${t('next-page')}
        </a>`
      }
    </div>`;
}

/** @param {{ first: string }} props */
function Filter({ first }) {
  const { words } = useConsole();
  const { t } = words;
  const [target, setTarget] = useState(first);
  function submit(/** @type {Event} */ event) {
    event.preventDefault();
    goTo(['changes'], target.trim() === '' ? {} : { target: target.trim() });
  }
  return html`<form class="search" role="search" onSubmit=${submit}>
    <${Field}
      ...${{ name: 'target', value: target, onValue: setTarget, type: 'search', maxlength: 128 }}
      label=${t('target')}
      hint=${t('target-hint')}
    />
    <button type="submit" class="button">${t('filter')}</button>
  </form>`;
}

/** @param {{ changes: OperatorChange[] }} props */
function ChangeTable({ changes }) {
  const { words } = useConsole();
  const { t } = words;
  if (changes.length === 0) return html`<${Empty} title=${t('no-changes')} />`;
  const heads = [t('at'), t('operator'), t('action'), t('target'), t('outcome'), t('details')];
  return html`<section class="panel wide">
    <${Table} label=${t('changes')} heads=${heads}>
      ${changes.map(
        (change) => html`<tr key=${change.id}>
          <td>${words.moment(change.at)}</td>
          <td>${change.operator}</td>
          <th scope="row"><code>${change.action}</code></th>
          <td><code>${change.target ?? '–'}</code></td>
          <td>
            <${Badge} tone=${TONES[change.outcome]}>${t(`outcome-${change.outcome}`)}<//>
          </td>
          <td class="wrap change">
            ${
              Object.keys(change.details).length > 0
                ? html`<code>${JSON.stringify(change.details)}</code>`
                : '–'
            }
          </td>
        </tr>`,
      )}
    <//>
  </section>`;
}
