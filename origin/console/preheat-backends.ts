/**
 * Checks of what is behind the origin: that the stock of the sale is there, that each backend
 * answers and how fast, that nothing waits for somebody, and that all clocks agree.
 */
import type { PreheatCheckId } from '../../contract/console.ts';
import { countPendingLetters } from '../dead-letters/letters.ts';
import { readLedger } from '../reconcile/reconcile.ts';
import { loadSale } from '../sales/create-sale.ts';
import { answer } from '../settle/waiting.ts';
import { type Checker, type Finding, green, open, red } from './finding.ts';
import type { PreheatParts } from './preheat-parts.ts';

/** Ten times what a far region costs; each order waits for several such answers. */
const SLOW_MS = 250;
/** Deadlines, openings and steps are judged by different clocks; NTP keeps them within 0.1 s. */
export const CLOCKS_DIFFER_MS = 1_000;

type Ours =
  | 'stock-loaded'
  | 'scripts-loaded'
  | 'stock'
  | 'log'
  | 'book'
  | 'lease'
  | 'clocks'
  | 'payments'
  | 'dead-letters'
  | 'ledger';

export function createBackendChecks(parts: PreheatParts): Record<Ours & PreheatCheckId, Checker> {
  const { checks } = parts;
  return {
    'stock-loaded': (task) => checkStock(parts, task),
    'scripts-loaded': () => checkScripts(parts),
    stock: () => checkAnswer(parts, checks.stock),
    log: () => checkAnswer(parts, checks.log),
    book: () => checkAnswer(parts, checks.book),
    lease: () => checkAnswer(parts, checks.lease),
    clocks: () => checkClocks(parts),
    payments: () => checkAnswer(parts, parts.provider.ping, PROVIDER_SLOW_MS),
    'dead-letters': () => checkLetters(parts),
    ledger: (task) => checkLedger(parts, task),
  };
}

/** A provider is a far service of somebody else, and nobody's order waits for it. */
const PROVIDER_SLOW_MS = 3_000;

async function checkStock({ stock, book }: PreheatParts, { sale }: Parameters<Checker>[0]) {
  const { saleId, soldBy } = sale;
  if (soldBy === 'log') {
    return red(
      ['the sale is sold by draw while the stock store is away', '库存服务不可用，当前按抽签出售'],
      [
        'Bring the stock store back; the sale returns to it by itself.',
        '请恢复库存服务，活动会自动切回。',
      ],
    );
  }
  if (!sale.loaded) await loadSale({ stock, book }, sale);
  const terms = await stock.terms(saleId);
  if (terms === undefined || terms.frozen || terms.epoch !== sale.epoch) {
    return red(
      ['the stock store does not hold the stock of this sale', '库存服务中没有本场活动的库存'],
      [
        'Wait for the recovery to end, or run "sluice sale recover"; is a process with the role ' +
          'reconcile running?',
        '请等待恢复完成，或执行 "sluice sale recover"；并确认有进程承担 reconcile 角色。',
      ],
    );
  }
  if (terms.stock === 0) {
    return red(
      ['no unit is left to sell', '没有可售库存'],
      ['Add units by a top-up.', '请通过补货增加库存。'],
    );
  }
  const { stock: left } = terms;
  return green(`${left} of ${sale.units} units`, `共 ${sale.units} 件，可售 ${left} 件`);
}

async function checkScripts({ stock }: PreheatParts): Promise<Finding> {
  if (stock.prepare === undefined) return open('this store has none', '此库存服务不使用脚本');
  const count = await stock.prepare();
  return green(`${count} scripts`, `${count} 个脚本`);
}

async function checkAnswer(
  { monotonicMs }: PreheatParts,
  ask: () => Promise<void>,
  slowMs = SLOW_MS,
): Promise<Finding> {
  const beganMs = monotonicMs();
  await ask();
  const tookMs = Math.round(monotonicMs() - beganMs);
  if (tookMs <= slowMs) return green(`${tookMs} ms`, `${tookMs} 毫秒`);
  return red(
    [`answers after ${tookMs} ms only`, `响应需要 ${tookMs} 毫秒`],
    ['Find out what it is busy with, or where it is.', '请检查它的负载以及所在位置。'],
  );
}

async function checkClocks(parts: PreheatParts): Promise<Finding> {
  const { book, stock } = parts;
  const ahead = [
    await offsetOf(parts, 'book', () =>
      book.transact(function* ({ nowMs }) {
        return yield* answer(nowMs);
      }),
    ),
    ...(stock.clockMs === undefined ? [] : [await offsetOf(parts, 'stock', stock.clockMs)]),
    ...(parts.edgeUrl === undefined
      ? []
      : [await offsetOf(parts, 'edge', () => edgeClock(parts, parts.edgeUrl ?? ''))]),
  ];
  const seen = ahead.map(({ who, leastMs }) => `${who} ${leastMs} ms`).join(', ');
  if (ahead.every(({ leastMs }) => Math.abs(leastMs) <= CLOCKS_DIFFER_MS)) {
    return green(`at least off by: ${seen}`, `最小偏差：${seen}`);
  }
  return red(
    [`against this process: ${seen}`, `与本进程相比：${seen}`],
    ['Let NTP set the clock that is off.', '请用 NTP 校准有偏差的时钟。'],
  );
}

/** The answer was made somewhere in between: what it must be off by at least, 0 when it fits. */
async function offsetOf(
  { nowMs }: PreheatParts,
  who: string,
  ask: () => Promise<number>,
): Promise<{ who: string; leastMs: number }> {
  const beforeMs = nowMs();
  const toldMs = await ask();
  const afterMs = nowMs();
  const leastMs = Math.max(0, toldMs - afterMs) - Math.max(0, beforeMs - toldMs);
  return { who, leastMs: Math.round(leastMs) };
}

async function edgeClock({ fetch }: PreheatParts, edgeUrl: string): Promise<number> {
  const response = await fetch(new URL('/api/clock', edgeUrl), { redirect: 'manual' });
  const { now } = (await response.json()) as { now?: unknown };
  const atMs = typeof now === 'string' ? Date.parse(now) : Number.NaN;
  if (Number.isNaN(atMs)) throw new Error('the edge does not tell the time');
  return atMs;
}

async function checkLetters({ book }: PreheatParts): Promise<Finding> {
  const count = await countPendingLetters(book);
  if (count === 0) return green('none', '没有');
  return red(
    [`${count} wait for somebody`, `有 ${count} 条待处理`],
    ['Look at them, and replay or discard each.', '请逐条查看，并选择重放或丢弃。'],
  );
}

async function checkLedger(
  { stock, book }: PreheatParts,
  { sale }: Parameters<Checker>[0],
): Promise<Finding> {
  const judged = await readLedger({ stock, book }, sale.saleId);
  if (judged === undefined) return open('the stock is not there yet', '库存尚未就绪');
  const { atWatermark, difference } = judged;
  if (!atWatermark) return open('orders are on their way', '有订单正在处理中');
  if (difference === 0) return green('nothing is missing', '没有差额');
  return red(
    [`it is off by ${difference} units`, `差额 ${difference} 件`],
    [
      'Do not open. Run "sluice audit" and see docs/operations.md.',
      '请勿开售。执行 "sluice audit" 并查阅 docs/operations.md。',
    ],
  );
}
