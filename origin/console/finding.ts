/** What a check before an opening is given, and what it finds. */
import type { PreheatRequest, Words } from '../../contract/console.ts';
import type { Sale } from '../settle/book.ts';

/** What a check found; without `ok` it does not apply, or nothing is known to judge it by. */
export interface Finding {
  ok: boolean | null;
  detail: Words;
  advice?: Words;
}

export interface PreheatTask {
  sale: Sale;
  request: PreheatRequest;
}

export type Checker = (task: PreheatTask) => Promise<Finding> | Finding;

type Told = readonly [en: string, zh: string];

export function green(en: string, zh: string): Finding {
  return { ok: true, detail: { en, zh } };
}

/** It does not apply, or cannot be judged. */
export function open(en: string, zh: string): Finding {
  return { ok: null, detail: { en, zh } };
}

export function red([en, zh]: Told, [adviceEn, adviceZh]: Told): Finding {
  return { ok: false, detail: { en, zh }, advice: { en: adviceEn, zh: adviceZh } };
}
