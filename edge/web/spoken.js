/** @import { Label, Language, Memory, Words } from './types.ts' */
/**
 * The language of a list's page: that of the browser until another is chosen, and the words of
 * what stands on every page.
 */
import { languageOf, loadWords } from './language.js';

/** @param {{ memory: Memory, draw(): void }} parts */
export function createSpoken({ memory, draw }) {
  /** @type {Words | undefined} */
  let words;
  /** The language that was chosen last. @type {Language | undefined} */
  let chosen;

  async function speak() {
    const language = languageOf(memory.read('sluice:language'), navigator.language);
    chosen = language;
    const loaded = await loadWords(language);
    if (chosen !== language) return;
    words = loaded;
    showFrame(loaded);
    draw();
  }

  document.getElementById('languages')?.addEventListener('click', ({ target }) => {
    if (!(target instanceof HTMLButtonElement)) return;
    memory.write('sluice:language', target.lang);
    void speak();
  });
  void speak();
  /** Undefined: they are on their way. */
  return () => words;
}

/** @param {Words} words */
function showFrame({ language, label }) {
  document.documentElement.lang = language;
  document.getElementById('languages')?.setAttribute('aria-label', label('language'));
  for (const button of document.querySelectorAll('#languages button')) {
    button.setAttribute('aria-pressed', String(button.getAttribute('lang') === language));
  }
  for (const target of document.querySelectorAll('[data-label]')) {
    const name = /** @type {Label} */ (target.getAttribute('data-label'));
    target.textContent = label(name);
  }
}

/** @param {string} id @param {string} text */
export function write(id, text) {
  const target = document.getElementById(id);
  if (target !== null && target.textContent !== text) target.textContent = text;
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {string} className @param {(string | Node)[]} content
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, className, ...content) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...content);
  return made;
}
