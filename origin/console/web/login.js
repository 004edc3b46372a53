/** @import { OperatorMe } from '../../../contract/console.ts' */
/** @import { Answer, Language, Trouble, Words } from './types.ts' */
/**
 * The door: takes a token and asks the origin whose it is. What is wrong is told in words; the
 * token itself is shown nowhere.
 */
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { createApi } from './api.js';
import { html } from './html.js';
import { Languages } from './languages.js';
import { troubleText } from './parts.js';

/**
 * @param {{ words: Words, isForgotten: boolean, choose(language: Language): void,
 *   onEnter(token: string, me: OperatorMe): void }} props
 */
export function Login({ words, isForgotten, choose, onEnter }) {
  const { t } = words;
  const id = useId();
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const [token, setToken] = useState('');
  const [isAsking, setIsAsking] = useState(false);
  const [trouble, setTrouble] = useState(/** @type {Trouble | undefined} */ (undefined));
  useEffect(() => field.current?.focus(), []);

  async function submit(/** @type {Event} */ event) {
    event.preventDefault();
    const given = token.trim();
    if (given === '' || isAsking) return;
    setIsAsking(true);
    const asked = createApi(given, () => {}).get('/operator/me');
    const answer = /** @type {Answer<OperatorMe>} */ (await asked);
    setIsAsking(false);
    if (answer.kind === 'answered') onEnter(given, answer.value);
    else {
      setTrouble(answer);
      field.current?.focus();
    }
  }

  const told = trouble && troubleText(trouble, words);
  const error = told ? `${told.headline} ${told.detail}`.trim() : isForgotten ? t('forgotten') : '';
  return html`<main class="login">
    <form onSubmit=${submit}>
      <div class="brand"><${Mark} /><h1>${t('title')}</h1></div>
      <div class="field ${error ? 'wrong' : ''}">
        <label for=${id}>${t('token')}</label>
        <input
          id=${id}
          ref=${field}
          name="token"
          type="password"
          autocomplete="current-password"
          spellcheck=${false}
          value=${token}
          aria-invalid=${trouble ? 'true' : undefined}
          aria-describedby=${`${id}-hint ${id}-error`}
          onInput=${(/** @type {InputEvent & { currentTarget: HTMLInputElement }} */ input) =>
            setToken(input.currentTarget.value)}
        />
        <p class="hint" id=${`${id}-hint`}>${t('token-hint')}</p>
        <p class="error" id=${`${id}-error`} role="alert">${error}</p>
      </div>
      <button class="button primary" type="submit" disabled=${isAsking || token.trim() === ''}>
        ${isAsking ? t('one-moment') : t('enter')}
      </button>
    </form>
    <${Languages} ...${{ words, choose }} />
  </main>`;
}

export function Mark() {
  return html`<svg class="mark" viewBox="0 0 28 28" aria-hidden="true">
    <rect width="28" height="28" rx="8" />
    <path class="gate" d="M8 6v8M20 6v8M8 9h12" />
    <path class="water" d="M5 20q3-3 6 0t6 0t6 0" />
  </svg>`;
}
