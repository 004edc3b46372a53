/** @import { OperatorSale } from '../../../contract/operator.ts' */
/**
 * The share of the crowd that is drawn, and a slider that only widens it: whoever was drawn stays
 * drawn. Nothing happens before it was asked for and confirmed.
 */
import { useId, useState } from 'preact/hooks';
import { useConsole } from './context.js';
import { Confirm } from './dialog.js';
import { html } from './html.js';

/**
 * @param {{ sale: OperatorSale, share: number, steps: { at: string, share: number }[],
 *   onChanged(): void }} props
 */
export function ShareSlider({ sale, share, steps, onChanged }) {
  const { api, words, mayChange, say } = useConsole();
  const { t } = words;
  const id = useId();
  const [wanted, setWanted] = useState(/** @type {number | undefined} */ (undefined));
  const [isAsking, setIsAsking] = useState(false);
  // A step that is still to come counts: the next one cannot be smaller.
  const widest = Math.max(share, ...steps.map((step) => step.share));
  const least = Math.floor(widest * 100);
  const chosen = Math.max(least, wanted ?? least);
  const planned = steps.filter((step) => step.share > share);
  const isOver = sale.state === 'ended';
  const widen = () =>
    api.post(`/operator/sales/${encodeURIComponent(sale.saleId)}/draw/share`, {
      share: Math.min(1, chosen / 100),
    });
  return html`<div class="draw">
    <p class="big">${words.percent(share)} <span class="soft">${t('are-drawn')}</span></p>
    ${planned.map(
      (step) => html`<p key=${step.at} class="soft">
        ${t('from-then', { share: words.percent(step.share), time: words.moment(step.at) })}
      </p>`,
    )}
    ${
      mayChange &&
      !isOver &&
      least < 100 &&
      html`<div class="slider">
        <label for=${id}>${t('widen-to')} <output>${words.percent(chosen / 100)}</output></label>
        <input
          id=${id}
          name="share"
          type="range"
          ...${{ min: least, max: 100, step: 1, value: chosen }}
          aria-valuetext=${words.percent(chosen / 100)}
          onInput=${(/** @type {InputEvent & { currentTarget: HTMLInputElement }} */ event) =>
            setWanted(Number(event.currentTarget.value))}
        />
        <button
          type="button"
          class="button"
          disabled=${chosen / 100 <= widest}
          onClick=${() => setIsAsking(true)}
        >
          ${t('widen')}…
        </button>
      </div>`
    }
    ${least >= 100 && html`<p class="soft">${t('all-drawn')}</p>`}
    ${
      isAsking &&
      html`<${Confirm}
        title=${t('widen-title', { share: words.percent(chosen / 100) })}
        verb=${t('widen')}
        act=${widen}
        onClose=${() => setIsAsking(false)}
        onDone=${() => {
          say(t('widened', { share: words.percent(chosen / 100) }));
          setWanted(undefined);
          onChanged();
        }}
      >
        <p>${t('widen-what', { from: words.percent(widest), to: words.percent(chosen / 100) })}</p>
        <p>${t('widen-only')}</p>
      <//>`
    }
  </div>`;
}
