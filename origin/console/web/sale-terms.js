/** @import { EditSale } from '../../../contract/console.ts' */
/** @import { NewSale } from '../../../contract/sale.ts' */
/** @import { OperatorSale } from '../../../contract/operator.ts' */
/** @import { Label } from './types.ts' */
/**
 * What stands in the form of a sale, as text, and what it means to the origin. Times are read in
 * the zone of whoever writes them, prices in whole units of the currency, shares in per cent. The
 * origin judges again; this only spares the way and speaks the operator's language.
 */
import { minorDigits } from './words.js';

/**
 * @typedef {object} Terms all as it is written
 * @property {string} saleId
 * @property {string} title
 * @property {string} units
 * @property {string} price
 * @property {string} currency
 * @property {string} pictureUrl
 * @property {string} opensAt
 * @property {string} closesAt
 * @property {string} perBuyer
 * @property {string} ratePerSecond
 * @property {string} share
 * @property {string} payMinutes
 * @property {string} waitlistCap
 * @property {boolean} freeOnPaymentFailure
 * @property {string} score
 */

/** @typedef {Partial<Record<keyof Terms, Label>>} TermErrors */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Opens at this hour tomorrow, for an hour. @param {number} nowMs @returns {Terms} */
export function blankTerms(nowMs) {
  const opensAtMs = Math.ceil(nowMs / HOUR_MS) * HOUR_MS + DAY_MS;
  return {
    ...{ saleId: '', title: '', units: '', price: '', currency: 'CNY', pictureUrl: '' },
    opensAt: localTime(opensAtMs),
    closesAt: localTime(opensAtMs + HOUR_MS),
    ...{ perBuyer: '1', ratePerSecond: '1000', share: '100', payMinutes: '', waitlistCap: '' },
    ...{ freeOnPaymentFailure: false, score: 'fastest' },
  };
}

/** @param {OperatorSale} sale @returns {Terms} */
export function termsOf(sale) {
  const digits = minorDigits(sale.currency);
  return {
    saleId: sale.saleId,
    title: sale.title,
    units: String(sale.units),
    price: (sale.price / 10 ** digits).toFixed(digits),
    currency: sale.currency,
    pictureUrl: sale.pictureUrl ?? '',
    opensAt: localTime(Date.parse(sale.opensAt)),
    closesAt: localTime(Date.parse(sale.closesAt)),
    perBuyer: String(sale.perBuyer),
    ratePerSecond: String(sale.ratePerSecond),
    share: String(Number((sale.share * 100).toFixed(6))),
    payMinutes: String(sale.payWindowMs / 60_000),
    waitlistCap: String(sale.waitlistCap),
    freeOnPaymentFailure: sale.freeOnPaymentFailure,
    score: sale.score,
  };
}

/**
 * Empty when all is well. Only in a new sale may be left open what the origin then chooses.
 * @param {Terms} terms @param {boolean} isNew @returns {TermErrors}
 */
export function errorsIn(terms, isNew) {
  /** @type {TermErrors} */
  const errors = {};
  /** @type {(field: keyof Terms, isRight: boolean, error: Label) => void} */
  const ask = (field, isRight, error) => {
    if (!isRight) errors[field] ??= error;
  };
  ask('saleId', /^[a-z0-9][a-z0-9-]{0,31}$/.test(terms.saleId), 'error-sale-id');
  ask('title', terms.title.trim() !== '' && terms.title.trim().length <= 200, 'error-title');
  ask('units', isWhole(terms.units, 1, 10_000_000), 'error-units');
  ask('currency', /^[A-Z]{3}$/.test(terms.currency), 'error-currency');
  ask('price', minorUnits(terms) !== undefined, 'error-price');
  const picture = terms.pictureUrl;
  ask('pictureUrl', picture === '' || /^(https:\/\/|\/)/.test(picture), 'error-picture');
  ask('opensAt', !Number.isNaN(Date.parse(terms.opensAt)), 'error-time');
  ask('closesAt', !Number.isNaN(Date.parse(terms.closesAt)), 'error-time');
  ask('closesAt', !(Date.parse(terms.closesAt) <= Date.parse(terms.opensAt)), 'error-order');
  ask('perBuyer', isWhole(terms.perBuyer, 1, 100), 'error-per-buyer');
  ask('ratePerSecond', isBetween(terms.ratePerSecond, 0.001, 1_000_000), 'error-rate');
  ask('share', isBetween(terms.share, 0, 100), 'error-share');
  const { payMinutes, waitlistCap } = terms;
  const isOpen = (/** @type {string} */ text) => isNew && text === '';
  ask('payMinutes', isOpen(payMinutes) || isBetween(payMinutes, 1 / 60, 1440), 'error-pay');
  ask('waitlistCap', isOpen(waitlistCap) || isWhole(waitlistCap, 0, 100_000), 'error-waitlist');
  return errors;
}

/** Only of terms without errors. @param {Terms} terms @returns {Partial<NewSale>} */
export function wishOf(terms) {
  const { saleId, title, currency, pictureUrl, payMinutes, waitlistCap } = terms;
  return {
    ...{ saleId, title: title.trim(), currency, units: Number(terms.units) },
    price: minorUnits(terms) ?? 0,
    ...(pictureUrl === '' ? {} : { pictureUrl }),
    opensAt: new Date(terms.opensAt).toISOString(),
    closesAt: new Date(terms.closesAt).toISOString(),
    perBuyer: Number(terms.perBuyer),
    ratePerSecond: Number(terms.ratePerSecond),
    share: Number(terms.share) / 100,
    ...(payMinutes === '' ? {} : { payWindowMs: Math.round(Number(payMinutes) * 60_000) }),
    ...(waitlistCap === '' ? {} : { waitlistCap: Number(waitlistCap) }),
    freeOnPaymentFailure: terms.freeOnPaymentFailure,
    score: terms.score === 'quantity' ? 'quantity' : 'fastest',
  };
}

/**
 * What of `terms` is not as it was; null takes the picture away.
 * @param {Terms} before @param {Terms} terms @returns {EditSale}
 */
export function changedOf(before, terms) {
  const [was, wished] = [wishOf(before), wishOf(terms)];
  const entries = Object.entries(wished);
  const changed = entries.filter(([name, value]) => Reflect.get(was, name) !== value);
  const isBare = before.pictureUrl !== '' && terms.pictureUrl === '';
  return { ...Object.fromEntries(changed), ...(isBare ? { pictureUrl: null } : {}) };
}

/** Undefined when it is no price in the currency. @param {Terms} terms */
function minorUnits({ price, currency }) {
  const digits = minorDigits(currency);
  const [, whole, , part = ''] = /^(\d{1,10})(\.(\d*))?$/.exec(price.trim()) ?? [];
  if (whole === undefined || part.length > digits) return undefined;
  return Number(whole) * 10 ** digits + Number(part.padEnd(digits, '0') || '0');
}

/** @param {string} text @param {number} least @param {number} most */
function isWhole(text, least, most) {
  return /^\d+$/.test(text.trim()) && isBetween(text, least, most);
}

/** @param {string} text @param {number} least @param {number} most */
function isBetween(text, least, most) {
  return text.trim() !== '' && Number(text) >= least && Number(text) <= most;
}

/** As an input of the type `datetime-local` takes it. @param {number} ms */
function localTime(ms) {
  const at = new Date(ms);
  const two = (/** @type {number} */ part) => String(part).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
