/**
 * The checklist before an opening: it loads the stock and the scripts, asks every backend, and says
 * of each thing that would go wrong what is to be done. Repeating it is harmless. It promises
 * nothing of a minute later: what was green may fall over at the opening, but not for a reason that
 * could have been seen.
 */
import {
  PREHEAT_CHECKS,
  type Preheat,
  type PreheatCheck,
  type PreheatCheckId,
  type Words,
} from '../../contract/console.ts';
import { wordsOf } from '../backend-failures.ts';
import { within } from '../recover/within.ts';
import type { Checker, Finding, PreheatTask } from './finding.ts';
import { createBackendChecks } from './preheat-backends.ts';
import { createEdgeChecks } from './preheat-edge.ts';
import type { PreheatParts } from './preheat-parts.ts';
import { createSaleChecks } from './preheat-sale.ts';

export type PreheatSale = (task: PreheatTask) => Promise<Preheat>;

/** A person waits for it, and the slowest asks a payment provider or an edge twice. */
const CHECK_LIMIT_MS = 8_000;

export function createPreheat(parts: PreheatParts): PreheatSale {
  const checkers: Record<PreheatCheckId, Checker> = {
    ...createBackendChecks(parts),
    ...createEdgeChecks(parts),
    ...createSaleChecks(parts),
  };
  const run = (id: PreheatCheckId, task: PreheatTask) => runCheck(id, checkers[id], task);

  return async (task) => {
    // First and by itself: the others look at the sale as it is then.
    const stock = await run('stock-loaded', task);
    const { saleId } = task.sale;
    await parts.directory.refresh().catch(() => undefined);
    const sale = (await parts.directory.get(saleId)) ?? task.sale;
    const rest = PREHEAT_CHECKS.filter((id) => id !== 'stock-loaded');
    const checks = await Promise.all(rest.map((id) => run(id, { ...task, sale })));
    const all = [stock, ...checks];
    return {
      saleId,
      at: new Date(parts.nowMs()).toISOString(),
      ok: all.every(({ ok }) => ok !== false),
      checks: all,
    };
  };
}

async function runCheck(
  id: PreheatCheckId,
  check: Checker,
  task: PreheatTask,
): Promise<PreheatCheck> {
  const found = await within((async () => check(task))(), {
    limitMs: CHECK_LIMIT_MS,
    who: 'it',
  }).catch((error: unknown): Finding => {
    const words = wordsOf(error);
    return { ok: false, detail: { en: words, zh: words }, advice: SEE_LOG };
  });
  return { id, name: NAMES[id], ...found };
}

const SEE_LOG: Words = {
  en: 'See that it serves, then preheat again.',
  zh: '请先让它恢复服务，然后重新预热。',
};

const NAMES: Record<PreheatCheckId, Words> = {
  'stock-loaded': { en: 'Stock is loaded', zh: '库存已装载' },
  'scripts-loaded': { en: 'Scripts are loaded', zh: '脚本已装载' },
  stock: { en: 'The stock store answers', zh: '库存服务有响应' },
  log: { en: 'The log answers', zh: '日志服务有响应' },
  book: { en: 'The book answers', zh: '账本数据库有响应' },
  lease: { en: 'The lease store answers', zh: '租约服务有响应' },
  clocks: { en: 'Clocks agree', zh: '各处时钟一致' },
  'edge-sale': { en: 'The edge shows this sale', zh: '边缘显示的是本场活动' },
  'edge-pass': { en: 'The origin takes the edge’s passes', zh: '源站接受边缘签发的通行证' },
  keys: { en: 'The edge takes the origin’s key', zh: '边缘接受源站的密钥' },
  share: { en: 'The draw lets enough in', zh: '抽签比例足够' },
  rate: { en: 'The rate fits', zh: '放行速率合适' },
  payments: { en: 'The payment provider answers', zh: '支付服务有响应' },
  waitlist: { en: 'The waitlist has room', zh: '候补名单有空位' },
  window: { en: 'Opening and closing times fit', zh: '开售与结束时间合理' },
  'dead-letters': { en: 'No dead letters wait', zh: '没有待处理的死信' },
  ledger: { en: 'The ledger balances', zh: '账目平衡' },
};
