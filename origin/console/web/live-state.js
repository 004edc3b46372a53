/** @import { LiveFrame } from '../../../contract/console.ts' */
/**
 * What the charts of a running sale are made of: the frames of the last minutes and the whole
 * sell-through curve. A pure step for each frame; a gap in time stays a gap.
 */

/** Five minutes at a frame a second: more is Prometheus's work. */
export const KEPT_FRAMES = 300;

/**
 * Outcomes that mean the same to an operator, in the order in which they are stacked. Whatever is
 * in no group is counted as `other`.
 */
export const GROUPS = /** @type {const} */ ([
  { name: 'taken', outcomes: ['accepted', 'order'] },
  { name: 'sold-out', outcomes: ['sold-out', 'waitlist-full'] },
  { name: 'not-drawn', outcomes: ['not-drawn'] },
  { name: 'too-fast', outcomes: ['too-fast', 'buyer-limited', 'address-limited'] },
  { name: 'not-open', outcomes: ['not-open', 'ended'] },
  { name: 'busy', outcomes: ['overloaded', 'recovering', 'unreachable', 'internal'] },
  { name: 'other', outcomes: [] },
]);

/** @typedef {(typeof GROUPS)[number]['name']} GroupName */

/**
 * @typedef {object} LiveState
 * @property {LiveFrame} frame the newest
 * @property {LiveFrame[]} frames the oldest first
 * @property {Map<number, number>} curve units sold by the second since the opening
 */

/**
 * @param {LiveState | undefined} before
 * @param {LiveFrame} frame
 * @param {boolean} isFirst whether it begins a stream, and so holds the whole curve
 * @returns {LiveState}
 */
export function nextState(before, frame, isFirst) {
  const curve = new Map(isFirst ? [] : before?.curve);
  for (const [second, units] of frame.curve) curve.set(second, units);
  const frames = [...(before?.frames ?? []), frame].slice(-KEPT_FRAMES);
  return { frame, frames, curve };
}

/** Requests a second by group. @param {LiveFrame} frame @returns {Record<GroupName, number>} */
export function groupsOf({ requests }) {
  const sums = { taken: 0, 'sold-out': 0, 'not-drawn': 0, 'too-fast': 0, 'not-open': 0, busy: 0 };
  const all = /** @type {Record<GroupName, number>} */ ({ ...sums, other: 0 });
  for (const [outcome, perSecond] of Object.entries(requests.perSecond)) {
    all[groupOf(outcome)] += perSecond;
  }
  return all;
}

/** @param {string} outcome @returns {GroupName} */
function groupOf(outcome) {
  for (const { name, outcomes } of GROUPS) {
    if (outcomes.some((one) => one === outcome)) return name;
  }
  return 'other';
}

/**
 * Units sold in all by each second since the opening, from nothing to what is sold now.
 * @param {Map<number, number>} curve
 */
export function soldBySecond(curve) {
  const xs = [0];
  const values = [0];
  let sum = 0;
  for (const [second, units] of [...curve].sort(([left], [right]) => left - right)) {
    sum += units;
    // A step, not a slope: nothing was sold in between.
    if (second > (xs.at(-1) ?? 0)) {
      xs.push(second, second + 1);
      values.push(sum - units, sum);
    } else {
      xs.push(second + 1);
      values.push(sum);
    }
  }
  return { xs, values };
}
