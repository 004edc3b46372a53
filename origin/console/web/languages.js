/** @import { Language, Words } from './types.ts' */
/** The choice of the language, each named in itself. */
import { html } from './html.js';

/** @type {[Language, string][]} */
const LANGUAGES = [
  ['en', 'English'],
  ['zh-CN', '中文'],
];

/** @param {{ words: Words, choose(language: Language): void }} props */
export function Languages({ words, choose }) {
  return html`<div class="languages" role="group" aria-label=${words.t('language')}>
    ${LANGUAGES.map(
      ([language, name]) => html`<button
        key=${language}
        type="button"
        lang=${language}
        aria-pressed=${String(language === words.language)}
        onClick=${() => choose(language)}
      >
        ${name}
      </button>`,
    )}
  </div>`;
}
