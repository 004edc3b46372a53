/**
 * Named places where a test may end the process or lose an answer, to show that nothing accepted is
 * lost there. Off unless FAILPOINTS names one; the configuration refuses that in production.
 * FAILPOINTS is `name=action[*count][@skip]`, joined by commas: `settle.before-commit=kill@3` kills
 * at the fourth pass. Actions: `kill` (SIGKILL to itself: no handler, no flush), `fail` (throws).
 */
export const FAILPOINT_NAMES = [
  'admit.after-reserve',
  'admit.after-append',
  'admit.before-answer',
  'append.lose-answer',
  'settle.before-offset',
  'settle.before-commit',
  'settle.after-commit',
  'dlq.after-settle',
  'close.before-commit',
  'close.after-commit',
  'deliver.after-apply',
  'pay.after-open',
  'pay.before-commit',
  'pay.after-commit',
  'pay.after-cancel',
  'pay.after-refund',
  'waitlist.before-commit',
  'waitlist.after-commit',
  'notify.after-send',
  'leaderboard.after-apply',
  'recover.after-begin',
  'recover.after-freeze',
  'recover.after-barrier',
  'recover.after-snapshot',
  'recover.after-load',
  'outage.after-barrier',
  'outage.after-open',
] as const;
export type FailpointName = (typeof FAILPOINT_NAMES)[number];

export interface Failpoint {
  name: FailpointName;
  action: 'kill' | 'fail';
  /** How often it strikes; 1 unless given. */
  count: number;
  /** How many passes are let by first. */
  skip: number;
}

export class FailpointError extends Error {
  readonly code = 'failpoint';
}

const armed = new Map<FailpointName, Failpoint>();

/** Called once at start, and by tests. An empty list disarms all. */
export function armFailpoints(failpoints: readonly Failpoint[]): void {
  armed.clear();
  for (const failpoint of failpoints) armed.set(failpoint.name, { ...failpoint });
}

/** Passes a named place. Costs one look into an empty map when nothing is armed. */
export function failpoint(name: FailpointName): void {
  const found = armed.get(name);
  if (found === undefined) return;
  if (found.skip > 0) {
    found.skip -= 1;
    return;
  }
  if (found.count <= 0) return;
  found.count -= 1;
  if (found.action === 'kill') process.kill(process.pid, 'SIGKILL');
  throw new FailpointError(`failpoint ${name}`);
}

/** Throws a RangeError that names the mistake. */
export function parseFailpoints(text: string): Failpoint[] {
  return text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const match = /^([a-z.-]+)=(kill|fail)(?:\*(\d+))?(?:@(\d+))?$/.exec(part.trim());
      const name = FAILPOINT_NAMES.find((known) => known === match?.[1]);
      if (match === null || name === undefined) {
        throw new RangeError(`"${part}" is not name=kill|fail[*count][@skip] of a known failpoint`);
      }
      const action = match[2] === 'kill' ? 'kill' : 'fail';
      return { name, action, count: Number(match[3] ?? 1), skip: Number(match[4] ?? 0) };
    });
}
