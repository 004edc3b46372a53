/** @import { ComponentChildren } from 'preact' */
/** @import { Answer, Trouble } from './types.ts' */
/**
 * Asks before something is done: a modal <dialog>, which Escape closes and which gives the focus
 * back. It says what will happen, may ask for a word to be typed, and stays open with the reason
 * when the origin refuses.
 */
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { useConsole } from './context.js';
import { html } from './html.js';
import { TroubleNote } from './parts.js';

/**
 * @param {{ title: string, onClose(): void, children?: ComponentChildren }} props
 */
export function Dialog({ title, onClose, children }) {
  const id = useId();
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return html`<dialog ref=${dialog} aria-labelledby=${id} onClose=${onClose}>
    <h2 id=${id}>${title}</h2>
    ${children}
  </dialog>`;
}

/**
 * @template Value
 * @typedef {object} ConfirmProps
 * @property {string} title
 * @property {string} verb what the button says
 * @property {boolean} [isGrave] whether it cannot be undone
 * @property {string} [typed] what has to be typed first
 * @property {boolean} [isReady] false while something in `children` is missing
 * @property {() => Promise<Answer<Value>>} act
 * @property {(value: Value) => void} onDone
 * @property {() => void} onClose
 * @property {ComponentChildren} [children]
 */

/** @param {ConfirmProps<any>} props */
export function Confirm(props) {
  const { title, verb, isGrave = false, typed, isReady = true, children } = props;
  const { words } = useConsole();
  const [word, setWord] = useState('');
  const [isActing, setIsActing] = useState(false);
  const [trouble, setTrouble] = useState(/** @type {Trouble | undefined} */ (undefined));
  const id = useId();
  const mayAct = isReady && !isActing && (typed === undefined || word === typed);

  async function act(/** @type {Event} */ event) {
    event.preventDefault();
    if (!mayAct) return;
    setIsActing(true);
    const answer = await props.act();
    setIsActing(false);
    if (answer.kind === 'answered') {
      props.onClose();
      props.onDone(answer.value);
    } else setTrouble(answer);
  }

  return html`<${Dialog} title=${title} onClose=${props.onClose}>
    <form onSubmit=${act}>
      <div class="told">${children}</div>
      ${
        typed !== undefined &&
        html`<div class="field">
          <label for=${id}>${words.t('type-to-confirm', { word: typed })}</label>
          <input
            id=${id}
            name="typed"
            autocomplete="off"
            spellcheck=${false}
            value=${word}
            onInput=${(/** @type {InputEvent & { currentTarget: HTMLInputElement }} */ input) =>
              setWord(input.currentTarget.value)}
          />
        </div>`
      }
      <${TroubleNote} trouble=${trouble} />
      <div class="buttons">
        <button type="button" class="button" onClick=${props.onClose}>${words.t('cancel')}</button>
        <button
          type="submit"
          class="button ${isGrave ? 'grave' : 'primary'}"
          disabled=${!mayAct}
        >
          ${isActing ? words.t('one-moment') : verb}
        </button>
      </div>
    </form>
  <//>`;
}
