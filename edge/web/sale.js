/** @import { Action, Facts, Language, QuietAction, Words } from './types.ts' */
/**
 * Wires the page of one sale: what is known, what changes it (the shop, a click, the clock, another
 * tab), and the one place that draws it. Around the opening only the click asks (schedule.js).
 */
import { askAsBuyer, createApi } from './api.js';
import { createConnection } from './connection.js';
import { createMemory, fraction, load, monotonicMs, readToken, takeToken } from './device.js';
import { languageOf, loadWords } from './language.js';
import { mayOrderAgain, nextStep, stateAt } from './next-step.js';
import { createOnDemand } from './on-demand.js';
import { createOrdering, createPaying, mayClick } from './order.js';
import * as schedule from './schedule.js';
import * as view from './view.js';

/** Not at every flick between two tabs. */
const FRESH_MS = 5000;
/** One lost answer is nothing to tell. */
const SILENT_AFTER = 2;

takeToken();
const saleId = location.pathname.split('/')[2] ?? '';
const api = createApi(encodeURIComponent(saleId), () => onDemand.codeField()?.headers() ?? {});
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
/** @type {Words} */
let words;
/** The language that was chosen last. @type {Language | undefined} */
let chosen;

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
  const { order, refusal } = known;
  known = { ...known, ...change };
  draw();
  onDemand.codeField()?.update();
  if (known.refusal !== refusal && known.refusal?.trouble === 'not-human') void showProof();
  onDemand.wantBoard();
  wantFeed();
  // What an order gives back is news of its sale.
  if (known.order !== order && mayOrderAgain(known.order)) planLook();
}

let lookTimer = 0;
let tickTimer = 0;
/** @type {number | undefined} */
let spokenBefore;
function draw() {
  clearTimeout(tickTimer);
  // They are on their way.
  if (!words) return;
  const now = facts();
  const screen = nextStep(now);
  view.show(now, screen, words);
  showQuiet(screen, words);
  connection.draw();
  if (now.sale && stateAt(now.sale, now.nowMs) === 'ended') void onDemand.showDraw();
  void proof?.then(({ update }) => update());
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

const connection = createConnection({ words: () => words });
const onDemand = createOnDemand({ saleId, facts, words: () => words });

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

/** @type {Promise<ReturnType<typeof import('./feed.js').createFeed>> | undefined} */
let feed;
/** Only who has an order that goes on, or a place in line, waits for news. */
function wantFeed() {
  const { sale, order, place } = known;
  const waits = place !== undefined || (order !== undefined && !mayOrderAgain(order));
  if (sale?.feed !== true || (!waits && feed === undefined)) return;
  feed ??= load('feed').then((module) => module.createFeed({ ...parts, saleId }));
  void feed?.then(({ update }) => update());
}

let hasAsked = false;
/** A guest may have to show to be a person, best before the opening. Asked once. */
async function wantProof() {
  if (hasAsked || !mayClick(facts()) || readToken() !== undefined) return;
  if (schedule.isQuiet(known.sale, clock.nowMs())) return;
  hasAsked = true;
  const answer = await askAsBuyer('/api/human');
  if (answer.kind === 'ok' && answer.body !== null) await showProof();
}

/** @type {Promise<ReturnType<typeof import('./human.js').createProof>> | undefined} */
let proof;
async function showProof() {
  proof ??= load('human').then(({ createProof }) => createProof({ facts }));
  (await proof).show();
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
      connection.heard();
      await onDemand.wantCode(answer.body);
      const { refusal } = known;
      change({ sale: answer.body, refusal: known.sale === undefined ? undefined : refusal });
    } else if (known.sale === undefined) change({ refusal: answer });
    else if (failures >= SILENT_AFTER && !connection.isOffline()) {
      const { asOf, now } = known.sale;
      change({ sale: { ...known.sale, asOf: asOf ?? now } });
    }
    if (answer.kind === 'refused' && answer.trouble === 'unknown-sale') return;
  }
  planLook();
  await resumeOnce();
  await wantProof();
}

/** Until the shop has said what this buyer has: while it is away, each look asks again. */
async function resumeOnce() {
  const { sale } = known;
  if (hasResumed || sale === undefined || schedule.isSilent(sale, clock.nowMs())) return;
  // Before the opening nobody has one.
  const isEarly = stateAt(sale, clock.nowMs()) === 'scheduled' && !ordering.hasTried();
  hasResumed = isEarly || ((await ordering.resume()) && (await resumePlace()));
  // A sale that is over is looked at no more.
  if (hasResumed) planLook();
}

async function resumePlace() {
  return memory.read(waitingName) !== true || (await loadWaitlist()).resume();
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
          isUnsure: !hasResumed,
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
  if (document.hidden) return;
  const isFresh = monotonicMs() - lookedAtMs < FRESH_MS;
  // Hidden, it has planned none.
  if (isFresh || schedule.isQuiet(known.sale, clock.nowMs())) return planLook();
  await Promise.all([sampleClock(), look()]);
}

async function speak() {
  const language = languageOf(memory.read('sluice:language'), navigator.language);
  chosen = language;
  // The first words come with the page itself; others not before the opening's click.
  const mayAsk = () =>
    !words || ordering.hasTried() || !schedule.isQuiet(known.sale, clock.nowMs());
  const loaded = await loadWords(language, mayAsk);
  if (chosen !== language) return;
  words = loaded;
  draw();
}

async function start() {
  void speak();
  view.replaceBrokenPicture();
  view.onAction((action, quantity) => void act[action](quantity));
  view.onLanguage((language) => {
    memory.write('sluice:language', language);
    void speak();
  });
  tabs.addEventListener('message', ({ data }) => ordering.hear(data));
  document.addEventListener('visibilitychange', lookAgain);
  window.addEventListener('online', lookAgain);
  draw();
  await Promise.all([look(), sampleClock()]);
}

void start();
