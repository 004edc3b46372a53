/** @import { OperatorMe } from '../../../contract/console.ts' */
/** @import { Api, Console, Language, Words } from './types.ts' */
/**
 * What stands around each view: the ways to the others, who is looking, and the line in which it is
 * said what was done. A new view gets the focus on its heading, as a new page would.
 */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ConsoleContext } from './context.js';
import { html } from './html.js';
import { Languages } from './languages.js';
import { Mark } from './login.js';
import { linkTo, useRoute } from './route.js';
import { View } from './views.js';

/** @type {{ part: string, label: 'sales' | 'orders' | 'letters' | 'changes' }[]} */
const WAYS = [
  { part: 'sales', label: 'sales' },
  { part: 'orders', label: 'orders' },
  { part: 'letters', label: 'letters' },
  { part: 'changes', label: 'changes' },
];
/** Long enough to read a sentence twice. */
const SAID_FOR_MS = 6_000;

/**
 * @param {{ words: Words, api: Api, me: OperatorMe, choose(language: Language): void,
 *   leave(): void }} props
 */
export function Shell({ words, api, me, choose, leave }) {
  const route = useRoute();
  const [said, setSaid] = useState('');
  const { t } = words;
  const value = useMemo(
    () =>
      /** @type {Console} */ ({
        ...{ words, api, me, choose, leave, say: setSaid },
        mayChange: me.role === 'operator',
      }),
    [words, api, me],
  );
  useEffect(() => {
    if (said === '') return;
    const timer = setTimeout(() => setSaid(''), SAID_FOR_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const part = route.parts[0] ?? 'sales';
  useFocusOnHeading(route.parts.join('/'));

  return html`<${ConsoleContext.Provider} value=${value}>
    <a class="skip" href="#content" onClick=${skip}>${t('skip')}</a>
    <div class="shell">
      <header class="side">
        <a class="brand" href=${linkTo([])}><${Mark} /><span>${t('title')}</span></a>
        <nav aria-label=${t('ways')}>
          ${WAYS.map(
            (way) => html`<a
              key=${way.part}
              href=${linkTo([way.part])}
              aria-current=${way.part === part ? 'page' : undefined}
              >${t(way.label)}</a
            >`,
          )}
        </nav>
        <div class="account">
          <a href=${linkTo(['me'])} aria-current=${part === 'me' ? 'page' : undefined}>
            <span class="who">${me.name}</span>
            <span class="role">${t(me.role === 'operator' ? 'role-operator' : 'role-viewer')}</span>
          </a>
          <${Languages} ...${{ words, choose }} />
        </div>
      </header>
      <main id="content" tabindex="-1"><${View} ...${{ route }} /></main>
    </div>
    <div class="said" role="status" aria-live="polite">
      ${said !== '' && html`<p>${said}</p>`}
    </div>
  <//>`;
}

/** The address belongs to the views: the link must not change it. */
function skip(/** @type {Event} */ event) {
  event.preventDefault();
  document.querySelector('main')?.focus();
}

/** @param {string} path */
function useFocusOnHeading(path) {
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current) document.querySelector('main')?.focus();
    isFirst.current = false;
    scrollTo(0, 0);
  }, [path]);
}
