/** @import { Language, Texts, Words } from './types.ts' */
/**
 * How the page's language writes words, prices and times. Only the one in use is loaded; another is
 * when it is chosen, and not in a moment in which the page has to be silent.
 */
import { load, sleep } from './device.js';

const SILENCE_POLL_MS = 250;
/** @type {Partial<Record<Language, Words>>} */
const loaded = {};

/**
 * Asks for nothing when it was loaded before; else once `mayAsk` says so.
 * @param {Language} language
 * @param {() => boolean} [mayAsk]
 * @returns {Promise<Words>}
 */
export async function loadWords(language, mayAsk = () => true) {
  while (loaded[language] === undefined && !mayAsk()) await sleep(SILENCE_POLL_MS);
  loaded[language] ??= wordsIn(language, await load(`texts.${language}`));
  return loaded[language];
}

/** @param {unknown} kept @param {string} preferred @returns {Language} */
export function languageOf(kept, preferred) {
  if (kept === 'en' || kept === 'zh-CN') return kept;
  return preferred.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

/** @param {Language} language @param {Texts} texts @returns {Words} */
export function wordsIn(language, { messages, labels }) {
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
      const digits = minorDigits(currency);
      return new Intl.NumberFormat(language, {
        style: 'currency',
        currency,
        minimumFractionDigits: minorUnits % 10 ** digits === 0 ? 0 : digits,
        maximumFractionDigits: digits,
      }).format(minorUnits / 10 ** digits);
    },
  };
}

/** As ISO 4217 has it. Not asked of Intl, to which a rupiah has no hundredths. */
const WHOLE = /BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|UYI|VND|VUV|XAF|XOF|XPF/;
const THOUSANDTHS = /BHD|IQD|JOD|KWD|LYD|OMR|TND/;

/** @param {string} currency */
export function minorDigits(currency) {
  if (WHOLE.test(currency)) return 0;
  if (THOUSANDTHS.test(currency)) return 3;
  return /CLF|UYW/.test(currency) ? 4 : 2;
}

/**
 * @param {string} text
 * @param {Record<string, string>} [values]
 */
export function fill(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}
