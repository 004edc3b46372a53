/** @import { OperatorMe } from '../../../contract/console.ts' */
/** @import { Answer, Language, Words } from './types.ts' */
/**
 * The console starts here: words, then who is looking, then the view that the address names. The
 * token lives in this tab only (sessionStorage) and goes when the origin does not know it.
 */
import { render } from 'preact';
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { createApi } from './api.js';
import { html } from './html.js';
import { Login } from './login.js';
import { Shell } from './shell.js';
import { keepLanguage, loadWords, preferredLanguage } from './words.js';

const TOKEN_KEY = 'sluice-console-token';

/** @param {{ first: Words }} props */
function Start({ first }) {
  const [words, setWords] = useState(first);
  const [token, setToken] = useState(() => sessionStorage.getItem(TOKEN_KEY) ?? '');
  const [me, setMe] = useState(/** @type {OperatorMe | undefined} */ (undefined));
  const [isForgotten, setIsForgotten] = useState(false);

  const leave = useCallback((/** @type {boolean} */ isUnknown) => {
    sessionStorage.removeItem(TOKEN_KEY);
    setToken('');
    setMe(undefined);
    setIsForgotten(isUnknown);
  }, []);
  const api = useMemo(() => createApi(token, () => leave(true)), [token, leave]);
  useEffect(() => {
    if (token === '' || me !== undefined) return;
    void api.get('/operator/me').then((/** @type {Answer<OperatorMe>} */ answer) => {
      if (answer.kind === 'answered') setMe(answer.value);
      else setToken('');
    });
  }, [api, token, me]);

  async function choose(/** @type {Language} */ language) {
    keepLanguage(language);
    const chosen = await loadWords(language);
    speak(chosen);
    setWords(chosen);
  }

  function enter(/** @type {string} */ given, /** @type {OperatorMe} */ operator) {
    sessionStorage.setItem(TOKEN_KEY, given);
    setIsForgotten(false);
    setMe(operator);
    setToken(given);
  }

  if (token === '') {
    return html`<${Login} ...${{ words, choose, isForgotten }} onEnter=${enter} />`;
  }
  if (me === undefined) return html`<p class="starting" role="status">${words.t('loading')}</p>`;
  return html`<${Shell} ...${{ words, api, me, choose }} leave=${() => leave(false)} />`;
}

/** @param {Words} words */
function speak({ language, t }) {
  document.documentElement.lang = language;
  document.title = t('title');
}

const first = await loadWords(preferredLanguage());
speak(first);
const place = document.querySelector('#console');
if (place !== null) render(html`<${Start} first=${first} />`, place);
