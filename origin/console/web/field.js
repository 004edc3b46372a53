/** @import { ComponentChildren } from 'preact' */
/**
 * One field of a form: its label, what to know before writing, and what is wrong with it, next to
 * it and named to screen readers.
 */
import { useId } from 'preact/hooks';
import { html } from './html.js';

/**
 * @param {{ label: string, value: string, onValue(value: string): void, hint?: string,
 *   error?: string | undefined, name: string, [attribute: string]: unknown }} props
 */
export function Field({ label, value, onValue, hint, error, ...attributes }) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return html`<div class="field ${error ? 'wrong' : ''}">
    <label for=${id}>${label}</label>
    <input
      id=${id}
      value=${value}
      aria-invalid=${error ? 'true' : undefined}
      aria-describedby=${described === '' ? undefined : described}
      onInput=${(/** @type {InputEvent & { currentTarget: HTMLInputElement }} */ event) =>
        onValue(event.currentTarget.value)}
      ...${attributes}
    />
    <${Notes} ...${{ id, hint, error }} />
  </div>`;
}

/**
 * @param {{ label: string, value: string, onValue(value: string): void, name: string,
 *   choices: [string, string][], hint?: string, error?: string | undefined,
 *   disabled?: boolean }} props
 */
export function Choice({ label, value, onValue, choices, hint, error, ...attributes }) {
  const id = useId();
  return html`<div class="field ${error ? 'wrong' : ''}">
    <label for=${id}>${label}</label>
    <select
      id=${id}
      aria-describedby=${hint ? `${id}-hint` : undefined}
      onChange=${(/** @type {Event & { currentTarget: HTMLSelectElement }} */ event) =>
        onValue(event.currentTarget.value)}
      ...${attributes}
    >
      ${choices.map(
        ([choice, text]) =>
          html`<option key=${choice} value=${choice} selected=${choice === value}>${text}</option>`,
      )}
    </select>
    <${Notes} ...${{ id, hint, error }} />
  </div>`;
}

/**
 * @param {{ label: ComponentChildren, isOn: boolean, onValue(isOn: boolean): void,
 *   name: string }} props
 */
export function Tick({ label, isOn, onValue, ...attributes }) {
  return html`<label class="tick">
    <input
      type="checkbox"
      checked=${isOn}
      onChange=${(/** @type {Event & { currentTarget: HTMLInputElement }} */ event) =>
        onValue(event.currentTarget.checked)}
      ...${attributes}
    />
    <span>${label}</span>
  </label>`;
}

/** @param {{ id: string, hint?: string, error?: string | undefined }} props */
function Notes({ id, hint, error }) {
  return [
    hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`,
    error && html`<p class="error" id=${`${id}-error`}>${error}</p>`,
  ];
}
