/**
 * What `sluice doctor` finds: one thing that was looked at, how it is, and what would make it
 * better. A failure is what the shop cannot run with; a warning is what may cost it something.
 */
export const GROUPS = ['config', 'versions', 'backends', 'clocks', 'edge'] as const;
export type Group = (typeof GROUPS)[number];

export interface Finding {
  group: Group;
  /** What was looked at, such as `STOCK_URL`. */
  name: string;
  state: 'ok' | 'warn' | 'fail';
  detail: string;
  advice?: string;
}

/** A part of the doctor's: looks, and says what it found. It does not reject. */
export type Look = () => Promise<Finding[]>;

export type FindingOf = (
  state: Finding['state'],
  detail: string,
  advice?: string | undefined,
) => Finding;

export function findingsOf(group: Group, name: string): FindingOf {
  return (state, detail, advice) => ({
    group,
    name,
    state,
    detail,
    ...(advice === undefined ? {} : { advice }),
  });
}

/** `12 ok, 2 warnings, 1 failure`. */
export function summaryOf(findings: readonly Finding[]): string {
  const count = (state: Finding['state']) => findings.filter((each) => each.state === state).length;
  const [warnings, failures] = [count('warn'), count('fail')];
  const words = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  return `${count('ok')} ok, ${words(warnings, 'warning')}, ${words(failures, 'failure')}`;
}
