// @ts-check
/** @import { Language, MoreTexts, Texts, Words } from './types.ts' */
/**
 * How the page's language writes words, prices and times. Both are loaded with the page: switching
 * asks the network for nothing, not even in the last second.
 */
import * as en from './texts.en.js';
import * as zh from './texts.zh.js';

const FIRST = /** @type {unknown} */ ({ en, 'zh-CN': zh });
/** Whoever shows a later word has added it before. */
const TEXTS = /** @type {Record<Language, Texts>} */ (FIRST);

/** @param {Record<Language, MoreTexts>} more */
export function addTexts(more) {
  for (const language of /** @type {Language[]} */ (Object.keys(TEXTS))) {
    Object.assign(TEXTS[language].messages, more[language].messages);
    Object.assign(TEXTS[language].labels, more[language].labels);
  }
}

/** @param {unknown} kept @param {string} preferred @returns {Language} */
export function languageOf(kept, preferred) {
  if (kept === 'en' || kept === 'zh-CN') return kept;
  return preferred.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

/** @param {Language} language @returns {Words} */
export function wordsIn(language) {
  const { messages, labels } = TEXTS[language];
  const dates = new Intl.DateTimeFormat(language, {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const times = new Intl.DateTimeFormat(language, { timeStyle: 'medium', hourCycle: 'h23' });
  const numbers = new Intl.NumberFormat(language);
  return {
    language,
    messages,
    label: (name, values) => fill(labels[name], values),
    date: (ms) => dates.format(ms),
    time: (ms) => times.format(ms),
    number: (count) => numbers.format(count),
    duration: (seconds) =>
      new Intl.NumberFormat(language, {
        style: 'unit',
        unit: seconds >= 60 ? 'minute' : 'second',
        unitDisplay: 'long',
      }).format(seconds >= 60 ? Math.ceil(seconds / 60) : seconds),
    price(minorUnits, currency) {
      // A yen has no smaller unit, a dinar a thousand.
      const money = { style: /** @type {const} */ ('currency'), currency };
      const digits =
        new Intl.NumberFormat(language, money).resolvedOptions().maximumFractionDigits ?? 2;
      return new Intl.NumberFormat(language, {
        ...money,
        minimumFractionDigits: minorUnits % 10 ** digits === 0 ? 0 : digits,
      }).format(minorUnits / 10 ** digits);
    },
  };
}

/**
 * @param {string} text
 * @param {Record<string, string>} [values]
 */
export function fill(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}
