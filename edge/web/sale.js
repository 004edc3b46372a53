/** @import { Action, Facts, QuietAction } from './types.ts' */
/**
 * Wires the page of one sale: what is known, what changes it (the shop, a click, the clock, another
 * tab), and the one place that draws it. Around the opening only the click asks (schedule.js).
 */
import { createApi } from './api.js';
import { createMemory, fraction, monotonicMs, sleep, takeToken } from './device.js';
import { languageOf, wordsIn } from './language.js';
import { mayOrderAgain, nextStep, stateAt } from './next-step.js';
import { createOrdering, createPaying } from './order.js';
import * as schedule from './schedule.js';
import * as view from './view.js';

/** Not at every flick between two tabs. */
const FRESH_MS = 5000;

takeToken();
const saleId = location.pathname.split('/')[2] ?? '';
const api = createApi(encodeURIComponent(saleId));
const memory = createMemory();
const clock = schedule.createClock({ ask: api.nowMs, monotonicMs });
/** Brings a guest's cookie. Others wait for it: two without one would make two guests. */
const greeted = clock.sample(() => true, 1);
const name = `sluice:${saleId}`;
/** Keeps the order that this browser went to pay. */
const payingName = `${name}:paying`;
/** Keeps that this browser waits. */
const waitingName = `${name}:waits`;
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
  const { order } = known;
  known = { ...known, ...change };
  draw();
  wantMore();
  // What an order gives back is news of its sale.
  if (known.order !== order && mayOrderAgain(known.order)) planLook();
}

let lookTimer = 0;
let tickTimer = 0;
/** @type {number | undefined} */
let spokenBefore;
function draw() {
  clearTimeout(tickTimer);
  const now = facts();
  const screen = nextStep(now);
  view.show(now, screen, words);
  showQuiet(screen, words);
  if (screen.action === 'join') void loadWaitlist();
  const { timer } = screen;
  if (timer === undefined || timer.label === 'closed') return;
  if (timer.label === 'opens-in') {
    const seconds = schedule.secondsLeft(timer.untilMs, now.nowMs);
    const spoken = schedule.spokenSecond(spokenBefore, seconds);
    if (spoken !== undefined)
      view.say(words.label('opens-in-words', { time: words.duration(spoken) }));
    spokenBefore = seconds;
  }
  tickTimer = setTimeout(draw, schedule.nextTickMs(timer.untilMs, now.nowMs));
}

const ordering = createOrdering({
  shop: api,
  memory,
  name,
  facts,
  change,
  tell: (order) => tabs.postMessage(order),
});

const parts = { shop: api, memory, facts, change, hear: ordering.hear };
const paying = createPaying({ ...parts, name: payingName });
/** @type {Record<Action | QuietAction, (quantity: number) => Promise<void>>} */
const act = {
  order: ordering.place,
  pay: paying.pay,
  cancel: paying.cancel,
  join: async (quantity) => (await loadWaitlist()).join(quantity),
  leave: async () => (await loadWaitlist()).leave(),
};
const showQuiet = view.createQuiet({ act: (action) => void act[action](1), draw });

/** @type {Promise<ReturnType<typeof import('./waitlist.js').createWaitlist>> | undefined} */
let waitlist;
/** Most buyers need none. */
function loadWaitlist() {
  waitlist ??= load('waitlist').then((module) =>
    module.createWaitlist({ ...parts, name: waitingName }),
  );
  return waitlist;
}

let hasMore = false;
/** What only matters once there is an order, or nothing left to click for. */
function wantMore() {
  const { sale, order } = known;
  const state = sale && stateAt(sale, clock.nowMs());
  const isOver = state === 'sold-out' || state === 'ended';
  if (hasMore || (order === undefined && !isOver)) return;
  hasMore = true;
  if (memory.read(waitingName) === true) void loadWaitlist().then(({ resume }) => resume());
  new IntersectionObserver(async ([entry], observer) => {
    if (entry?.isIntersecting !== true) return;
    observer.disconnect();
    const { createLeaderboard } = await load('leaderboard');
    createLeaderboard({ saleId, facts, words: () => words });
  }).observe(view.element('board'));
}

/** A browser may keep a failure under its address, so each try has its own. @param {string} part */
async function load(part) {
  for (let failures = 0; ; failures += 1) {
    try {
      return await import(`./${part}.js${failures === 0 ? '' : `?${failures}`}`);
    } catch {
      await sleep(
        schedule.loadRetryMs({ failures, retryAfterMs: undefined, fraction: fraction() }),
      );
    }
  }
}

let lookedAtMs = 0;
let failures = 0;
let hasResumed = false;
/** A hidden tab does not look; it does when shown. */
async function look() {
  clearTimeout(lookTimer);
  if (known.sale !== undefined && document.hidden) return;
  if (!schedule.isQuiet(known.sale, clock.nowMs())) {
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
  if (hasResumed || known.sale === undefined || schedule.isSilent(known.sale, clock.nowMs()))
    return;
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
      ? schedule.loadRetryMs({
          failures,
          retryAfterMs: refusal?.retryAfterMs,
          fraction: fraction(),
        })
      : schedule.salePollMs({
          sale,
          nowMs: clock.nowMs(),
          hasOrder: (order !== undefined && !mayOrderAgain(order)) || place !== undefined,
          failures,
          fraction: fraction(),
        });
  if (waitMs !== undefined) lookTimer = setTimeout(look, waitMs);
}

let clockTimer = 0;
async function sampleClock() {
  clearTimeout(clockTimer);
  await greeted;
  if (!document.hidden) await clock.sample(() => !schedule.isQuiet(known.sale, clock.nowMs()));
  draw();
  clockTimer = setTimeout(sampleClock, schedule.clockPollMs(fraction()));
}

async function lookAgain() {
  if (document.hidden || monotonicMs() - lookedAtMs < FRESH_MS) return;
  if (schedule.isQuiet(known.sale, clock.nowMs())) return planLook();
  await Promise.all([sampleClock(), look()]);
}

async function start() {
  view.replaceBrokenPicture();
  view.onAction((action, quantity) => void act[action](quantity));
  view.onLanguage((language) => {
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
