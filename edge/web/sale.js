// @ts-check
/** @import { Facts } from './types.ts' */
/**
 * Wires the page of one sale: what is known (`facts`), what changes it (the shop, the click, the
 * clock, another tab), and the one place that draws it. All requests but the click's are held back
 * around the opening (schedule.js says when and why).
 */
import { createApi } from './api.js';
import { createClock, nextTickMs, secondsLeft, spokenSecond } from './clock.js';
import { createMemory, fraction, monotonicMs } from './device.js';
import { languageOf, wordsIn } from './language.js';
import { nextStep, stateAt } from './next-step.js';
import { createOrdering } from './order.js';
import { clockPollMs, isQuiet, isSilent, loadRetryMs, salePollMs } from './schedule.js';
import { onLanguage, onOrder, replaceBrokenPicture, say, show } from './view.js';

/** A tab that is looked at again asks at once, but not at every flick between two tabs. */
const FRESH_MS = 5000;

const saleId = location.pathname.split('/')[2] ?? '';
const api = createApi(encodeURIComponent(saleId));
const memory = createMemory();
const clock = createClock({ ask: api.nowMs, monotonicMs });
/**
 * The first word with the shop brings a guest's cookie. Whatever tells who is asking comes after:
 * two requests without a cookie would make two guests, and the second would lose the first's order.
 */
const greeted = clock.sample(() => true, 1);
const tabs = new BroadcastChannel(`sluice:${saleId}`);
let words = wordsIn(languageOf(memory.read('sluice:language'), navigator.language));

/** @type {Omit<Facts, 'nowMs'>} */
let known = { sale: undefined, order: undefined, sending: { kind: 'idle' }, refusal: undefined };
/** @returns {Facts} */
const facts = () => ({ ...known, nowMs: clock.nowMs() });

/** @param {Partial<Facts>} change */
function change(change) {
  known = { ...known, ...change };
  draw();
}

let tickTimer = 0;
/** @type {number | undefined} */
let spokenBefore;
/** Draws what is known, and again when the shown second changes. */
function draw() {
  clearTimeout(tickTimer);
  const now = facts();
  const screen = nextStep(now);
  show(now, screen, words);
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
  name: `sluice:${saleId}`,
  facts,
  change,
  tell: (order) => tabs.postMessage(order),
});

let lookTimer = 0;
let lookedAtMs = 0;
let failures = 0;
let hasResumed = false;
/** Looks at the sale and plans the next look. A hidden tab does not look; it does when shown. */
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
  // Before the opening nobody has one, and a waiting crowd need not ask the shop to hear that.
  if (stateAt(known.sale, clock.nowMs()) === 'scheduled' && !ordering.hasTried()) return;
  await ordering.resume();
}

function planLook() {
  clearTimeout(lookTimer);
  const { sale, order, refusal } = known;
  const waitMs =
    sale === undefined
      ? loadRetryMs({ failures, retryAfterMs: refusal?.retryAfterMs, fraction: fraction() })
      : salePollMs({
          sale,
          nowMs: clock.nowMs(),
          hasOrder: order !== undefined,
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
  onOrder((quantity) => void ordering.place(quantity));
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
