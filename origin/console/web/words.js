/** @import { Language, Texts, Words } from './types.ts' */
/**
 * How a language writes words, numbers, prices and times. Only the one in use is loaded. Times are
 * in the zone of whoever looks, and that zone is named.
 */

const KEY = 'sluice-console-language';

/** @param {Language} language @returns {Promise<Words>} */
export async function loadWords(language) {
  const { texts } = await import(`./texts.${language}.js`);
  return wordsIn(language, texts);
}

/** @returns {Language} */
export function preferredLanguage() {
  const kept = localStorage.getItem(KEY);
  if (kept === 'en' || kept === 'zh-CN') return kept;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

/** @param {Language} language */
export function keepLanguage(language) {
  localStorage.setItem(KEY, language);
}

/** @param {Language} language @param {Texts} texts @returns {Words} */
export function wordsIn(language, texts) {
  const moments = new Intl.DateTimeFormat(language, {
    ...{ year: 'numeric', month: 'short', day: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  });
  const times = new Intl.DateTimeFormat(language, { timeStyle: 'medium', hourCycle: 'h23' });
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const broken = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const percents = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 2 });
  /** @type {Record<string, string>} */
  const all = texts;
  return {
    language,
    t: (label, values) => fill(texts[label], values),
    named: (prefix, name) => all[`${prefix}${name}`] ?? name,
    number: (value, digits = 0) => (digits === 0 ? whole : broken).format(value),
    percent: (fraction) => percents.format(fraction),
    price(minorUnits, currency) {
      const digits = minorDigits(currency);
      return new Intl.NumberFormat(language, {
        ...{ style: 'currency', currency, minimumFractionDigits: digits },
        maximumFractionDigits: digits,
      }).format(minorUnits / 10 ** digits);
    },
    moment: (iso) => moments.format(new Date(iso)),
    time: (iso) => times.format(new Date(iso)),
    duration: (ms) => durationIn(language, ms),
    zone: zoneIn(language),
  };
}

/** @param {Language} language @param {number} ms */
function durationIn(language, ms) {
  const seconds = ms / 1000;
  const [size, unit] =
    seconds < 60 ? [1, 'second'] : seconds < 3600 ? [60, 'minute'] : [3600, 'hour'];
  return new Intl.NumberFormat(language, {
    ...{ style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 },
  }).format(seconds / size);
}

/** @param {Language} language */
function zoneIn(language) {
  const format = new Intl.DateTimeFormat(language, { timeZoneName: 'shortOffset' });
  const offset = format.formatToParts().find(({ type }) => type === 'timeZoneName')?.value;
  const { timeZone } = format.resolvedOptions();
  return offset === undefined || offset === timeZone ? timeZone : `${timeZone}, ${offset}`;
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

/** @param {string} text @param {Record<string, string | number>} [values] */
export function fill(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
}
