/** @import { Action, Facts, Label, QuietAction, Screen, Words } from './types.ts' */
/**
 * Writes a screen into sale.html, touching only what differs: a screen reader hears a change once.
 * No state adds or removes a line of the layout.
 */

import { monotonicMs } from './device.js';
import { fill } from './language.js';
import { mayOrderAgain } from './next-step.js';
import { partsOf, secondsLeft } from './schedule.js';

const OWN_PICTURE = new URL('picture.svg', import.meta.url).pathname;
/** A double click is over by then. */
const SETTLING_MS = 600;
/** A longer one would push the button off a phone. */
const LONG_TITLE = 60;

/** @param {string} id */
export function element(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`sale.html has no element "${id}"`);
  return found;
}

/** @param {string} id @param {string} text */
export function write(id, text) {
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
  const { sale, sending, refusal, nowMs } = facts;
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
  // Without a sale there is no title above it.
  mark('headline', 'aria-level', sale === undefined ? '1' : '2');
  showMessage(facts, screen, words);
  showAction(screen.action);
  write('order', words.label(screen.button));
  mark('order', 'aria-disabled', String(screen.action === undefined));
  mark('order', 'aria-busy', String(sending.kind !== 'idle'));
  write('order-id', identity(facts.order, screen.values, words));
  showSteps(screen.step);
  showLine(screen.values, words);
  showTimer(screen.timer, nowMs, words);
  if (sale !== undefined) showSale(sale, facts, words);
  // A hidden tab says that its buyer is to pay.
  const isCalled = screen.action === 'pay' && sale !== undefined;
  const title = isCalled ? `${words.label('pay')} · ${sale.title}` : (sale?.title ?? 'Sluice');
  if (document.title !== title) document.title = title;
}

/** @param {Facts['order']} order @param {Screen['values']} values @param {Words} words */
function identity(order, values, words) {
  if (values !== undefined) {
    const { waiting, quantity } = values;
    const names = { waiting: words.number(waiting), quantity: words.number(quantity) };
    return words.label('place-id', names);
  }
  if (order === undefined) return '';
  return words.label('order-id', { id: order.orderId, quantity: String(order.quantity) });
}

/** @param {Facts} facts @param {Screen} screen @param {Words} words */
function showMessage({ sale, order }, { message, gaveUp, values }, words) {
  const [headline = '', explanation = ''] = words.messages[message];
  const timeMs = Date.parse((message === 'out-of-touch' ? sale?.asOf : order?.payBefore) ?? '');
  const names = {
    time: Number.isNaN(timeMs) ? '' : words.time(timeMs),
    place: words.number(values?.place ?? 0),
    units: words.number(values?.units ?? 0),
    wait: words.duration(Math.ceil((values?.waitMs ?? 0) / 1000)),
  };
  write('headline', fill(headline, names));
  write('explanation', fill(gaveUp ? words.label('gave-up') : explanation, names));
}

/** @param {NonNullable<Facts['sale']>} sale @param {Facts} facts @param {Words} words */
function showSale(sale, { order, place, sending }, words) {
  write('title', sale.title);
  element('title').classList.toggle('long', widthOf(sale.title) > LONG_TITLE);
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
  select.disabled =
    (order !== undefined && !mayOrderAgain(order)) ||
    place !== undefined ||
    sending.kind !== 'idle';
  while (select.options.length < sale.perBuyer) {
    select.add(new Option(String(select.options.length + 1)));
  }
  while (select.options.length > sale.perBuyer) select.remove(select.options.length - 1);
}

/** In letters: a Chinese character takes as much room as two. @param {string} text */
const widthOf = (text) => text.length + (text.match(/[\u2e80-\uffef]/g)?.length ?? 0);

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

/** In place of the steps: how many are ahead on the waitlist. */
/** @param {Screen['values']} values @param {Words} words */
function showLine(values, words) {
  element('line').hidden = values === undefined;
  element('steps').style.visibility = values === undefined ? '' : 'hidden';
  if (values === undefined) return;
  const { place, waiting } = values;
  const ahead = { ahead: words.number(place - 1) };
  write('ahead', words.label(place === 1 ? 'ahead-none' : 'ahead', ahead));
  element('passed').style.transform = `scaleX(${1 - (place - 1) / Math.max(1, waiting)})`;
}

export function replaceBrokenPicture() {
  const picture = /** @type {HTMLImageElement} */ (element('picture'));
  picture.addEventListener('error', () => mark('picture', 'src', OWN_PICTURE));
  // What the network's failure took away, it brings back.
  addEventListener('online', () => {
    if (picture.complete && picture.naturalWidth === 0) {
      picture.src = picture.dataset.wanted ?? OWN_PICTURE;
    }
  });
}

/** To a screen reader. @param {string} sentence */
export const say = (sentence) => write('announcement', sentence);

/** @type {Action | undefined} */
let shownAction;
let actionSinceMs = 0;
/** @param {Screen['action']} action */
function showAction(action) {
  if (action !== shownAction) actionSinceMs = monotonicMs();
  shownAction = action;
}

/** @param {(action: Action, quantity: number) => void} act */
export function onAction(act) {
  const select = /** @type {HTMLSelectElement} */ (element('quantity'));
  element('order').addEventListener('click', () => {
    // Not `disabled`: the button keeps its focus over the opening.
    if (shownAction === undefined) return;
    // The second half of a double click on "buy" must not open the payment page.
    if (shownAction !== 'order' && monotonicMs() - actionSinceMs < SETTLING_MS) return;
    act(shownAction, Number(select.value) || 1);
  });
}

/** @param {(language: string | null) => void} act */
export function onLanguage(act) {
  element('languages').addEventListener('click', ({ target }) => {
    if (target instanceof HTMLButtonElement) act(target.getAttribute('lang'));
  });
}

/**
 * The quiet button below the big one, which gives something up: the order, or a place in line. It
 * asks first, in its own place, by keyboard as by touch; the focus goes where the buttons go.
 * @param {{ act(action: QuietAction): void, draw(): void }} parts
 */
export function createQuiet({ act, draw }) {
  /** @type {QuietAction | undefined} */
  let shown;
  let isAsking = false;

  /** @param {boolean} asking */
  const ask = (asking) => {
    isAsking = asking;
    draw();
  };
  element('quiet').addEventListener('click', () => ask(true));
  element('no').addEventListener('click', () => ask(false));
  element('sure').addEventListener('keydown', ({ key }) => key === 'Escape' && ask(false));
  element('yes').addEventListener('click', () => {
    isAsking = false;
    if (shown !== undefined) act(shown);
  });

  /** @param {Screen} screen @param {Words} words */
  return function showQuiet({ quiet }, words) {
    if (quiet !== shown) isAsking = false;
    shown = quiet;
    if (quiet !== undefined) {
      write('quiet', words.label(quiet));
      write('question', words.label(`${quiet}-sure`));
      write('no', words.label('keep'));
      write('yes', words.label(`${quiet}-yes`));
    }
    const hadFocus = element('second').contains(document.activeElement);
    const wasAsking = !element('sure').hidden;
    const hadQuiet = !element('quiet').hidden;
    element('quiet').hidden = quiet === undefined || isAsking;
    element('sure').hidden = !isAsking;
    const isChanged = wasAsking !== isAsking || hadQuiet === element('quiet').hidden;
    // A button that goes away must not take the focus with it.
    if (hadFocus && isChanged) {
      element(isAsking ? 'no' : quiet === undefined ? 'order' : 'quiet').focus();
    }
  };
}
