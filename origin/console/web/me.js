/** Who is looking, what the role allows, and the way out. */
import { useConsole } from './context.js';
import { html } from './html.js';
import { Facts, Heading, Panel } from './parts.js';

export function Me() {
  const { me, mayChange, words, leave } = useConsole();
  const { t } = words;
  return html`<${Heading} title=${t('me')} />
    <${Panel} title=${me.name}>
      <${Facts}
        rows=${[
          [t('role'), t(mayChange ? 'role-operator' : 'role-viewer')],
          [t('may'), t(mayChange ? 'may-change' : 'may-look')],
          [t('zone'), words.zone],
        ]}
      />
      <p class="hint">${t('leave-note')}</p>
      <button type="button" class="button" onClick=${leave}>${t('leave')}</button>
    <//>`;
}
