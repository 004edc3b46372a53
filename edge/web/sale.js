// @ts-check
/** @import { Facts, Later } from './types.ts' */
/** @typedef {typeof import('./later-step.js') & typeof import('./pay.js')} Steps */
/** @typedef {typeof import('./quiet.js') & typeof import('./texts.later.js')} Shows */
/** @typedef {typeof import('./leaderboard.js') & typeof import('./waitlist.js')} More */
/** @typedef {Steps & Shows & More} LaterModules */
/**
 * Wires the page of one sale: what is known, what changes it (the shop, a click, the clock, another
 * tab), and the one place that draws it. Around the opening only the click asks (schedule.js).
 */
import { createApi } from './api.js';
import { createClock, nextTickMs, secondsLeft, spokenSecond } from './clock.js';
import { createMemory, fraction, monotonicMs, sleep, takeToken } from './device.js';
import { addTexts, languageOf, wordsIn } from './language.js';
import { nextStep, stateAt } from './next-step.js';
import { createOrdering } from './order.js';
import { clockPollMs, isQuiet, isSilent, loadRetryMs, salePollMs } from './schedule.js';
import { onAction, onLanguage, replaceBrokenPicture, say, show } from './view.js';

/** Not at every flick between two tabs. */
const FRESH_MS = 5000;

takeToken();
const saleId = location.pathname.split('/')[2] ?? '';
const api = createApi(encodeURIComponent(saleId));
const memory = createMemory();
const clock = createClock({ ask: api.nowMs, monotonicMs });
/** Brings a guest's cookie. Others wait for it: two without one would make two guests. */
const greeted = clock.sample(() => true, 1);
const name = `sluice:${saleId}`;
/** Keeps the order that this browser went to pay. */
const payingName = `${name}:paying`;
const tabs = new BroadcastChannel(name);
let words = wordsIn(languageOf(memory.read('sluice:language'), navigator.language));

/** @type {Omit<Facts, 'nowMs' | 'hasReturned'>} */
let known = {
  sale: undefined,
  order: undefined,
  sending: { kind: 'idle' },
  place: undefined,
  wasServed: false,
  refusal: undefined,
};
// No proof that anybody paid, only a hint.
const isHinted = new URLSearchParams(location.search).has('paid');
/** @returns {Facts} */
const facts = () => {
  const { order } = known;
  const hasReturned =
    order !== undefined && (isHinted || memory.read(payingName) === order.orderId);
  return { ...known, hasReturned, nowMs: clock.nowMs() };
};

/** @param {Partial<Facts>} change */
function change(change) {
  known = { ...known, ...change };
  draw();
  void wantLater();
}

let tickTimer = 0;
/** @type {number | undefined} */
let spokenBefore;
function draw() {
  clearTimeout(tickTimer);
  const now = facts();
  const first = nextStep(now);
  const screen = later?.laterStep(now, first) ?? first;
  show(now, screen, words);
  later?.showQuiet(screen, words);
  const { timer } = screen;
  if (timer === undefined || timer.label === 'closed') return;
  if (timer.label === 'opens-in') {
    const seconds = secondsLeft(timer.untilMs, now.nowMs);
    const spoken = spokenSecond(spokenBefore, seconds);
    if (spoken !== undefined) say(words.label('opens-in-words', { time: words.duration(spoken) }));
    spokenBefore = seconds;
  }
  tickTimer = setTimeout(draw, nextTickMs(timer.untilMs, now.nowMs));
}

const ordering = createOrdering({
  shop: api,
  memory,
  name,
  facts,
  change,
  tell: (order) => tabs.postMessage(order),
});

/** @type {Later | undefined} */
let later;
let isLaterWanted = false;
/** What follows the click, once there is an order, or nothing left to click for. */
async function wantLater() {
  const { sale, order } = known;
  const state = sale && stateAt(sale, clock.nowMs());
  const isOver = state === 'sold-out' || state === 'ended';
  if (isLaterWanted || (order === undefined && !isOver)) return;
  isLaterWanted = true;
  const names = ['later-step', 'leaderboard', 'pay', 'quiet', 'texts.later', 'waitlist'];
  /** @type {LaterModules} */
  const modules = Object.assign({}, ...(await Promise.all(names.map(load))));
  const { laterStep, createLeaderboard, createPaying, createQuiet, texts, createWaitlist } =
    modules;
  addTexts(texts);
  const parts = { shop: api, memory, facts, change, hear: ordering.hear };
  const paying = createPaying({ ...parts, name: payingName });
  const waitlist = createWaitlist({ ...parts, name: `${name}:waits` });
  const act = {
    pay: paying.pay,
    cancel: paying.cancel,
    join: waitlist.join,
    leave: waitlist.leave,
  };
  later = { laterStep, act, showQuiet: createQuiet({ act: (action) => void act[action](), draw }) };
  draw();
  createLeaderboard({ saleId, facts, words: () => words });
  await waitlist.resume();
}

/** A browser may keep a failure under its address, so each try has its own. @param {string} part */
async function load(part) {
  for (let failures = 0; ; failures += 1) {
    try {
      return await import(`./${part}.js${failures === 0 ? '' : `?${failures}`}`);
    } catch {
      await sleep(loadRetryMs({ failures, retryAfterMs: undefined, fraction: fraction() }));
    }
  }
}

let lookTimer = 0;
let lookedAtMs = 0;
let failures = 0;
let hasResumed = false;
/** A hidden tab does not look; it does when shown. */
async function look() {
  clearTimeout(lookTimer);
  if (known.sale !== undefined && document.hidden) return;
  if (!isQuiet(known.sale, clock.nowMs())) {
    lookedAtMs = monotonicMs();
    const [answer] = await Promise.all([api.sale(), greeted]);
    failures = answer.kind === 'ok' ? 0 : failures + 1;
    if (answer.kind === 'ok') {
      clock.guess(Date.parse(answer.body.now));
      const { refusal } = known;
      change({ sale: answer.body, refusal: known.sale === undefined ? undefined : refusal });
    } else if (known.sale === undefined) change({ refusal: answer });
    if (answer.kind === 'refused' && answer.trouble === 'unknown-sale') return;
  }
  planLook();
  if (hasResumed || known.sale === undefined || isSilent(known.sale, clock.nowMs())) return;
  hasResumed = true;
  // Before the opening nobody has one.
  if (stateAt(known.sale, clock.nowMs()) === 'scheduled' && !ordering.hasTried()) return;
  await ordering.resume();
}

function planLook() {
  clearTimeout(lookTimer);
  const { sale, order, place, refusal } = known;
  const waitMs =
    sale === undefined
      ? loadRetryMs({ failures, retryAfterMs: refusal?.retryAfterMs, fraction: fraction() })
      : salePollMs({
          sale,
          nowMs: clock.nowMs(),
          hasOrder: (order ?? place) !== undefined,
          failures,
          fraction: fraction(),
        });
  if (waitMs !== undefined) lookTimer = setTimeout(look, waitMs);
}

let clockTimer = 0;
async function sampleClock() {
  clearTimeout(clockTimer);
  await greeted;
  if (!document.hidden) await clock.sample(() => !isQuiet(known.sale, clock.nowMs()));
  draw();
  clockTimer = setTimeout(sampleClock, clockPollMs(fraction()));
}

async function lookAgain() {
  if (document.hidden || monotonicMs() - lookedAtMs < FRESH_MS) return;
  if (isQuiet(known.sale, clock.nowMs())) return planLook();
  await Promise.all([sampleClock(), look()]);
}

async function start() {
  replaceBrokenPicture();
  onAction((action, quantity) => {
    if (action === 'order') void ordering.place(quantity);
    else void later?.act[action](quantity);
  });
  onLanguage((language) => {
    memory.write('sluice:language', language);
    words = wordsIn(languageOf(language, navigator.language));
    draw();
  });
  tabs.addEventListener('message', ({ data }) => ordering.hear(data));
  document.addEventListener('visibilitychange', lookAgain);
  window.addEventListener('online', lookAgain);
  draw();
  await Promise.all([look(), sampleClock()]);
}

void start();
