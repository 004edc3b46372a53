/** @import { LiveState } from './live-state.js' */
/** The three charts of a running sale: what clicks came to, what was let in, what was sold. */
import { Chart } from './chart.js';
import { useConsole } from './context.js';
import { html } from './html.js';
import { GROUPS, groupsOf, soldBySecond } from './live-state.js';
import { Panel } from './parts.js';

/** @param {{ live: LiveState }} props */
export function SaleCharts({ live }) {
  const { words } = useConsole();
  const { t } = words;
  const { frames, frame, curve } = live;
  const xs = frames.map(({ at }) => Date.parse(at) / 1000);
  const groups = frames.map(groupsOf);
  const requests = GROUPS.map(({ name }, index) => ({
    name: t(`group-${name}`),
    colour: `--line-${index + 1}`,
    values: groups.map((sums) => sums[name]),
  }));
  const rates = [
    {
      name: t('admitted'),
      colour: '--line-1',
      values: frames.map(({ admittedPerSecond }) => admittedPerSecond),
    },
    {
      name: t('current-rate'),
      colour: '--line-4',
      values: frames.map(({ currentRatePerSecond }) => currentRatePerSecond),
    },
    {
      ...{ name: t('configured-rate'), colour: '--line-other', dashed: true },
      values: frames.map(({ configuredRatePerSecond }) => configuredRatePerSecond),
    },
  ];
  const sold = soldBySecond(curve);
  const source = t(frame.requests.source === 'edge' ? 'source-edge' : 'source-process');
  const clock = (/** @type {number} */ x) => words.time(new Date(x * 1000).toISOString());
  const since = (/** @type {number} */ x) => t('seconds-in', { seconds: words.number(x) });
  const perSecond = t('per-second');
  return html`<div class="panels">
    <${Panel} title=${t('requests')} more=${html`<span class="soft">${source}</span>`} wide=${true}>
<${Chart} ...${{ xs, showX: clock, stacked: true }} label=${t('requests-label')}
        unit=${perSecond} series=${requests} />
    <//>
    <${Panel} title=${t('rates')} more=${html`<span class="soft">${perSecond}</span>`}>
<${Chart} ...${{ xs, showX: clock }} label=${t('rates-label')} unit=${perSecond}
        series=${rates} />
    <//>
    <${Panel} title=${t('curve')} more=${html`<span class="soft">${t('since-opening')}</span>`}>
      <${Chart}
        ...${{ xs: sold.xs, showX: since, filled: true, isClock: false }}
        label=${t('curve-label')}
        unit=${t('units')}
        series=${[{ name: t('sold'), colour: '--line-1', values: sold.values }]}
      />
    <//>
  </div>`;
}
