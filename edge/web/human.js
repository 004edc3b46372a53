/** @import { Facts, Language } from './types.ts' */
/**
 * Where the shop asks guests to show that they are people: its challenge, in a frame of its own, so
 * that the challenge's script never runs in this page. It lies over the page's foot and moves
 * nothing else. A click that was refused meanwhile is repeated once it is shown. Where no click can
 * follow any more, it goes away.
 */
import { fraction, sleep } from './device.js';
import { mayClick } from './order.js';
import { loadRetryMs } from './schedule.js';
import { element, say } from './view.js';

/** @type {Record<Language, Record<'title' | 'ask' | 'done', string>>} */
const TEXTS = {
  en: {
    title: 'Are you a person?',
    ask: 'Please show that you are a person.',
    done: 'Thank you, that is done.',
  },
  'zh-CN': {
    title: '您是真人吗？',
    ask: '请完成真人验证，您的点击才有效。',
    done: '验证完成，谢谢。',
  },
};
/** What the challenge takes up; its frame has no other way to say so. */
const FRAME = {
  display: 'block',
  width: '320px',
  height: '82px',
  maxWidth: '100%',
  margin: 'auto',
  border: '0',
};
const BAR = {
  position: 'fixed',
  inset: 'auto 0 0',
  padding: '8px 20px',
  background: 'var(--paper)',
  borderTop: '1px solid var(--line)',
  textAlign: 'center',
};

const address = () => `/human?lang=${document.documentElement.lang}`;

/** @param {{ facts(): Facts }} parts */
export function createProof({ facts }) {
  const root = document.documentElement;
  const { bar, words, frame } = createBar();
  let failures = 0;
  let isWaiting = false;
  let hasRepeated = false;

  const texts = () => TEXTS[root.lang === 'zh-CN' ? 'zh-CN' : 'en'];
  function write() {
    const { title, ask } = texts();
    words.textContent = ask;
    bar.ariaLabel = title;
    frame.title = title;
  }
  new MutationObserver(write).observe(root, { attributeFilter: ['lang'] });
  write();

  addEventListener('message', async ({ source, origin, data }) => {
    if (!bar.isConnected || source !== frame.contentWindow || origin !== location.origin) return;
    if (data?.kind !== 'human') return;
    if (data.isHuman === true) return end();
    if (isWaiting) return;
    // An answer is good once: there is a new challenge, but not at once again and again.
    isWaiting = true;
    await sleep(loadRetryMs({ failures, retryAfterMs: undefined, fraction: fraction() }));
    isWaiting = false;
    failures += 1;
    if (bar.isConnected) frame.src = address();
  });

  function remove() {
    const hadFocus = bar.contains(document.activeElement);
    bar.remove();
    keepClear(bar);
    failures = 0;
    if (hadFocus) element('order').focus();
  }

  function end() {
    remove();
    say(texts().done);
    const { refusal, sending } = facts();
    if (refusal?.trouble !== 'not-human' || sending.kind !== 'idle') return;
    // One that is refused all the same, as without cookies, goes on only with a finger.
    hasRepeated = !hasRepeated;
    if (hasRepeated) element('order').click();
  }

  return {
    /** Shown once, however often it is wanted. */
    show() {
      if (!mayClick(facts())) return;
      if (!bar.isConnected) {
        frame.src = address();
        element('second').after(bar);
        keepClear(bar);
        say(texts().ask);
      }
      // Who has clicked is waiting for it; before the opening it takes the focus from nobody.
      if (facts().refusal?.trouble === 'not-human') frame.focus();
    },
    /** Something has changed. */
    update() {
      if (bar.isConnected && !mayClick(facts())) remove();
    },
  };
}

/**
 * What lies under the bar can be scrolled out from it, and is when it gets the focus.
 * @param {HTMLElement} bar
 */
function keepClear(bar) {
  const height = bar.isConnected ? `${bar.offsetHeight}px` : '';
  document.documentElement.style.scrollPaddingBottom = height;
  document.body.style.paddingBottom = height;
}

function createBar() {
  const bar = document.createElement('section');
  const words = document.createElement('p');
  const frame = document.createElement('iframe');
  bar.id = 'human';
  words.className = 'small';
  bar.append(words, frame);
  Object.assign(bar.style, BAR);
  Object.assign(frame.style, FRAME);
  return { bar, words, frame };
}
