/** The bugs that a simulation can be given, to show that it finds them. */
import type { Bug } from './bug.ts';
import { lateMoneyKept } from './late-money-kept.ts';
import { lineKept } from './line-kept.ts';
import { oldEpochsSettle } from './old-epochs-settle.ts';
import { queuedTooEarly } from './queued-too-early.ts';
import { relayConfirmsFirst } from './relay-confirms-first.ts';
import { releaseLost } from './release-lost.ts';
import { releaseTwice } from './release-twice.ts';
import { resolvedForgotten } from './resolved-forgotten.ts';

export const BUGS: readonly Bug[] = [
  releaseTwice,
  releaseLost,
  relayConfirmsFirst,
  queuedTooEarly,
  lineKept,
  lateMoneyKept,
  oldEpochsSettle,
  resolvedForgotten,
];

export function bugNamed(name: string): Bug {
  const found = BUGS.find((bug) => bug.name === name);
  if (found !== undefined) return found;
  throw new RangeError(`no bug "${name}": ${BUGS.map((bug) => bug.name).join(', ')}`);
}
