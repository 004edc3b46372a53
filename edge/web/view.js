// @ts-check
/** @import { Facts, Label, Screen, Words } from './types.ts' */
/**
 * Writes a screen into sale.html. It touches only what differs, so that a screen reader hears a
 * change once and the counting seconds never; no state adds or removes a line of the layout.
 */
import { partsOf, secondsLeft } from './clock.js';

const OWN_PICTURE = '/picture.svg';

/** @param {string} id */
function element(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`sale.html has no element "${id}"`);
  return found;
}

/** @param {string} id @param {string} text */
function write(id, text) {
  const target = element(id);
  if (target.textContent !== text) target.textContent = text;
}

/** @param {string} id @param {string} name @param {string} value */
function mark(id, name, value) {
  const target = element(id);
  if (target.getAttribute(name) !== value) target.setAttribute(name, value);
}

/** @param {Facts} facts @param {Screen} screen @param {Words} words */
export function show(facts, screen, words) {
  const { sale, order, sending, refusal, nowMs } = facts;
  document.documentElement.lang = words.language;
  for (const target of document.querySelectorAll('[data-label]')) {
    const label = /** @type {Label} */ (target.getAttribute('data-label'));
    if (target.textContent !== words.label(label)) target.textContent = words.label(label);
  }
  mark('languages', 'aria-label', words.label('language'));
  mark('steps', 'aria-label', words.label('steps'));
  for (const button of document.querySelectorAll('#languages button')) {
    button.setAttribute('aria-pressed', String(button.getAttribute('lang') === words.language));
  }

  mark('sale', 'data-tone', screen.tone);
  const missing = refusal === undefined ? 'loading' : 'missing';
  mark('sale', 'data-sale', sale === undefined ? missing : 'known');
  showMessage(facts, screen, words);
  write('order', words.label(screen.button));
  mark('order', 'aria-disabled', String(!screen.canOrder));
  mark('order', 'aria-busy', String(sending.kind !== 'idle'));
  write(
    'order-id',
    order === undefined
      ? ''
      : words.label('order-id', { id: order.orderId, quantity: String(order.quantity) }),
  );
  showSteps(screen.step);
  showTimer(screen.timer, nowMs, words);
  if (sale !== undefined) showSale(sale, facts, words);
}

/** @param {Facts} facts @param {Screen} screen @param {Words} words */
function showMessage({ order }, screen, words) {
  const [headline = '', explanation = ''] = words.messages[screen.message];
  const payBeforeMs = Date.parse(order?.payBefore ?? '');
  const time = Number.isNaN(payBeforeMs) ? '' : words.time(payBeforeMs);
  write('headline', headline);
  write(
    'explanation',
    screen.gaveUp ? words.label('gave-up') : explanation.replace('{time}', time),
  );
}

/** @param {NonNullable<Facts['sale']>} sale @param {Facts} facts @param {Words} words */
function showSale(sale, { order, sending }, words) {
  document.title = sale.title;
  write('title', sale.title);
  write('price', words.price(sale.price, sale.currency));
  const picture = sale.pictureUrl ?? OWN_PICTURE;
  if (element('picture').dataset.wanted !== picture) {
    element('picture').dataset.wanted = picture;
    mark('picture', 'src', picture);
  }
  const values = { remaining: words.number(sale.remaining), units: words.number(sale.units) };
  const some = sale.remaining < sale.units ? 'stock-some' : 'stock-all';
  write('stock', words.label(sale.remaining === 0 ? 'stock-none' : some, values));
  element('level').style.transform = `scaleX(${sale.remaining / Math.max(1, sale.units)})`;

  const select = /** @type {HTMLSelectElement} */ (element('quantity'));
  element('choice').hidden = sale.perBuyer < 2;
  select.disabled = order !== undefined || sending.kind !== 'idle';
  while (select.options.length < sale.perBuyer) {
    select.add(new Option(String(select.options.length + 1)));
  }
  while (select.options.length > sale.perBuyer) select.remove(select.options.length - 1);
}

/** @param {Screen['timer']} timer @param {number} nowMs @param {Words} words */
function showTimer(timer, nowMs, words) {
  const left = partsOf(timer === undefined ? 0 : secondsLeft(timer.untilMs, nowMs));
  write('timer-label', timer === undefined ? '' : words.label(timer.label));
  const isSoon = timer?.label === 'asks-again-in' || timer?.label === 'pay-within';
  const until = timer && (isSoon ? words.time(timer.untilMs) : words.date(timer.untilMs));
  write('until', until ?? '');
  element('days-group').hidden = left.days === 0;
  write('days', String(left.days));
  write('hours', String(left.hours).padStart(2, '0'));
  write('minutes', String(left.minutes).padStart(2, '0'));
  write('seconds', String(left.seconds).padStart(2, '0'));
}

/** @param {number} step */
function showSteps(step) {
  for (const [index, item] of [...element('steps').children].entries()) {
    item.classList.toggle('done', index < step);
    if (index === step - 1) item.setAttribute('aria-current', 'step');
    else item.removeAttribute('aria-current');
  }
}

/** A picture that cannot be had is replaced by the page's own. */
export function replaceBrokenPicture() {
  element('picture').addEventListener('error', () => mark('picture', 'src', OWN_PICTURE));
}

/** Says one sentence to a screen reader. @param {string} sentence */
export const say = (sentence) => write('announcement', sentence);

/** @param {(quantity: number) => void} act */
export function onOrder(act) {
  const select = /** @type {HTMLSelectElement} */ (element('quantity'));
  element('order').addEventListener('click', () => {
    // Not `disabled`: the button keeps its focus, so that Enter works at the very opening.
    if (element('order').getAttribute('aria-disabled') !== 'true') act(Number(select.value) || 1);
  });
}

/** @param {(language: string | null) => void} act */
export function onLanguage(act) {
  element('languages').addEventListener('click', ({ target }) => {
    if (target instanceof HTMLButtonElement) act(target.getAttribute('lang'));
  });
}
