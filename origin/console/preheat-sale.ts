/**
 * Checks of the sale's own terms: that its times, its share, its rate and its waitlist fit what is
 * expected. Pure but for the clock; what nobody told is not judged.
 */
import type { PreheatCheckId } from '../../contract/console.ts';
import { shareAt } from '../../contract/draw.ts';
import { type Checker, type Finding, green, open, type PreheatTask, red } from './finding.ts';
import type { PreheatParts } from './preheat-parts.ts';

/** Many who are drawn never click: this many for each unit still sell them all. */
const DRAWN_FOR_A_UNIT = 2;

type Ours = 'share' | 'rate' | 'waitlist' | 'window';

export function createSaleChecks({
  nowMs,
}: Pick<PreheatParts, 'nowMs'>): Record<Ours & PreheatCheckId, Checker> {
  return {
    share: checkShare,
    rate: checkRate,
    waitlist: checkWaitlist,
    window: (task) => checkWindow(task, nowMs()),
  };
}

function checkShare({ sale, request }: PreheatTask): Finding {
  const share = Math.max(
    shareAt(sale.shareSteps, sale.opensAtMs),
    ...sale.shareSteps.filter(({ atMs }) => atMs < sale.closesAtMs).map((step) => step.share),
  );
  if (share === 0) {
    return red(
      ['the share is 0: nobody will be drawn', '比例为 0：没有人会被抽中'],
      ['Widen the share.', '请调大抽签比例。'],
    );
  }
  const { expectedBuyers } = request;
  if (expectedBuyers === undefined) {
    return open(
      `${share} of the crowd; how many are expected was not said`,
      `人群的 ${share}；未说明预计人数`,
    );
  }
  const drawn = Math.floor(expectedBuyers * share);
  const needed = Math.min(expectedBuyers, sale.units * DRAWN_FOR_A_UNIT);
  const seen: [string, string] = [
    `about ${drawn} are drawn for ${sale.units} units`,
    `约 ${drawn} 人被抽中，共 ${sale.units} 件`,
  ];
  if (drawn >= needed) return green(...seen);
  return red(seen, [
    `Widen the share to ${shareFor(needed, expectedBuyers)} at least, or plan steps.`,
    `请将比例至少调到 ${shareFor(needed, expectedBuyers)}，或安排逐步放宽。`,
  ]);
}

/** With three digits, upwards. */
function shareFor(needed: number, expected: number): number {
  return Math.ceil((needed / expected) * 1_000) / 1_000;
}

function checkRate({ sale, request }: PreheatTask): Finding {
  const { ratePerSecond, units, opensAtMs, closesAtMs } = sale;
  const { measuredRatePerSecond } = request;
  const seconds = (closesAtMs - opensAtMs) / 1_000;
  if (ratePerSecond * seconds < units / sale.perBuyer) {
    return red(
      [
        `${ratePerSecond} orders a second do not sell ${units} units before the end`,
        `每秒 ${ratePerSecond} 单无法在结束前售完 ${units} 件`,
      ],
      ['Raise the rate, or end later.', '请提高速率或延后结束时间。'],
    );
  }
  if (measuredRatePerSecond === undefined) {
    return open(
      `${ratePerSecond} orders a second; what the origin takes was not said`,
      `每秒 ${ratePerSecond} 单；未说明源站的承受能力`,
    );
  }
  const seen: [string, string] = [
    `${ratePerSecond} orders a second, measured ${measuredRatePerSecond}`,
    `每秒 ${ratePerSecond} 单，实测 ${measuredRatePerSecond}`,
  ];
  if (ratePerSecond <= measuredRatePerSecond) return green(...seen);
  return red(seen, [
    'Lower the rate to what was measured, or add processes and measure again.',
    '请将速率降到实测值，或增加进程后重新测量。',
  ]);
}

function checkWaitlist({ sale: { waitlistCap: cap, waiting } }: PreheatTask): Finding {
  if (cap === 0) return open('the sale has none', '本场活动没有候补名单');
  if (waiting < cap) return green(`${waiting} of ${cap} wait`, `${waiting} / ${cap} 人等待`);
  return red(
    [`all ${cap} places are taken`, `${cap} 个名额已满`],
    [
      'Nobody else can join until somebody is served or leaves.',
      '在有人离开或得到名额之前，无法再加入。',
    ],
  );
}

function checkWindow({ sale }: PreheatTask, nowMs: number): Finding {
  const { opensAtMs, closesAtMs, payWindowMs, paused } = sale;
  if (nowMs >= closesAtMs) {
    return red(['the sale has ended', '活动已结束'], ['Make a new sale.', '请创建新的活动。']);
  }
  if (paused) {
    return red(
      ['the sale is paused: nobody could order at its opening', '活动已暂停：到点也无法下单'],
      ['Run "sluice sale open" when it is to open.', '需要开售时请执行 "sluice sale open"。'],
    );
  }
  const opensAt = new Date(opensAtMs).toISOString();
  const closesAt = new Date(closesAtMs).toISOString();
  if (payWindowMs >= closesAtMs - Math.max(nowMs, opensAtMs)) {
    return red(
      [
        'the time to pay is as long as the sale: what is not paid cannot be sold again',
        '付款时限不短于活动时长：未付款的商品来不及再次出售',
      ],
      ['Shorten the time to pay, or end later.', '请缩短付款时限或延后结束时间。'],
    );
  }
  return green(`${opensAt} to ${closesAt}`, `${opensAt} 至 ${closesAt}`);
}
