/**
 * The sandbox's page: plain forms that work without a script; page.js only counts the time down.
 * Everything that comes from the shop goes through the template's escaping.
 */
import { html } from 'hono/html';
import type { Session } from './session-row.ts';
import { PAGE_ACTIONS, type PageAction } from './step.ts';
import { type Language, TEXTS, type Texts } from './texts.ts';

/** Time to read two lines before the browser goes back to the shop. */
const BACK_AFTER_SECONDS = 4;

type Html = ReturnType<typeof html>;
type End = keyof Texts['ends'];

interface PageOptions {
  session: Session;
  language: Language;
  nowMs: number;
}

export function sessionPage(options: PageOptions): Html {
  const { session, language } = options;
  const end = endOf(session);
  return end === undefined
    ? frame(language, { title: TEXTS[language].name, content: openContent(options) })
    : frame(language, {
        title: TEXTS[language].ends[end].title,
        content: endContent(options, end),
        backTo: session.returnUrl,
      });
}

export function lostPage(language: Language): Html {
  const { title, text } = TEXTS[language].ends.lost;
  const content = html`<section class="end" data-end="lost">
    <h1>${title}</h1>
    <p>${text}</p>
  </section>`;
  return frame(language, { title, content });
}

function endOf(session: Session): End | undefined {
  switch (session.status) {
    case 'open':
      return session.moneyDueAtMs === null ? undefined : 'underWay';
    case 'paid':
      return session.refunded ? 'refunded' : 'paid';
    case 'failed':
      return session.failure ?? 'declined';
    case 'cancelled':
      return 'cancelled';
  }
}

function openContent(options: PageOptions): Html {
  const { session, language, nowMs } = options;
  const texts = TEXTS[language];
  const leftMs = session.payBeforeMs - nowMs;
  const hidden = html` hidden`;
  return html`${offer(options)}
    <p class="time" data-left-ms="${Math.max(0, leftMs)}">
      <span class="left"${leftMs > 0 ? '' : hidden}>
        ${texts.timeLeft} <b>${minutesAndSeconds(leftMs)}</b>
      </span>
      <span class="over"${leftMs > 0 ? hidden : ''}>${texts.timeIsOver}</span>
    </p>
    <h2>${texts.choose}</h2>
    ${PAGE_ACTIONS.map((action) => button(session, action, texts.actions[action]))}
    <p class="back"><a href="${session.returnUrl}" rel="noreferrer">${texts.back}</a></p>`;
}

function button(
  { sessionId }: Session,
  action: PageAction,
  { label, hint }: Texts['actions'][PageAction],
): Html {
  return html`<form method="post" action="/pay/${sessionId}/${action}">
      <button class="${action}" type="submit" aria-describedby="${action}-hint">${label}</button>
      <p class="hint" id="${action}-hint">${hint}</p>
    </form>`;
}

function endContent(options: PageOptions, end: End): Html {
  const { session, language } = options;
  const texts = TEXTS[language];
  return html`${offer(options)}
    <section class="end" data-end="${end}" role="status">
      <h2>${texts.ends[end].title}</h2>
      <p>${texts.ends[end].text}</p>
    </section>
    <p class="hint">${texts.going}</p>
    <p class="back"><a href="${session.returnUrl}" rel="noreferrer">${texts.backNow}</a></p>`;
}

function offer({ session, language }: PageOptions): Html {
  const texts = TEXTS[language];
  return html`<h1>${session.title}</h1>
    <p class="amount">${money(session.amount, session.currency, language)}</p>
    <dl>
      <div><dt>${texts.quantity}</dt><dd>${session.quantity}</dd></div>
      <div><dt>${texts.order}</dt><dd class="id">${session.orderId}</dd></div>
      <div><dt>${texts.payment}</dt><dd class="id">${session.paymentId}</dd></div>
    </dl>`;
}

function frame(
  language: Language,
  { title, content, backTo }: { title: string; content: Html; backTo?: string },
): Html {
  const texts = TEXTS[language];
  const refresh =
    backTo === undefined
      ? ''
      : html`<meta http-equiv="refresh" content="${BACK_AFTER_SECONDS};url=${backTo}" />`;
  return html`<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="robots" content="noindex" />
    ${refresh}
    <title>${title}</title>
    <link rel="stylesheet" href="/page.css" />
    <script type="module" src="/page.js"></script>
  </head>
  <body>
    <header><p class="brand">${texts.name}</p><p class="notice">${texts.notice}</p></header>
    <main>${content}</main>
  </body>
</html>`;
}

/** As the shop's page writes it: no empty cents. */
function money(minorUnits: number, currency: string, language: Language): string {
  const digits = minorDigits(currency);
  return new Intl.NumberFormat(language, {
    style: 'currency',
    currency,
    minimumFractionDigits: minorUnits % 10 ** digits === 0 ? 0 : digits,
    maximumFractionDigits: digits,
  }).format(minorUnits / 10 ** digits);
}

/** As ISO 4217 has it. Not asked of Intl, to which a rupiah has no hundredths. */
const WHOLE = /BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|UYI|VND|VUV|XAF|XOF|XPF/;
const THOUSANDTHS = /BHD|IQD|JOD|KWD|LYD|OMR|TND/;

export function minorDigits(currency: string): number {
  if (WHOLE.test(currency)) return 0;
  if (THOUSANDTHS.test(currency)) return 3;
  return /CLF|UYW/.test(currency) ? 4 : 2;
}

function minutesAndSeconds(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
