/** An answer, or an error when it takes too long: what looks after others must not hang itself. */
import { pause } from '../timer.ts';

/** Rejects as the answer does; `who` is named when there is none in time. */
export async function within<Answer>(
  answer: Promise<Answer>,
  { limitMs, who }: { limitMs: number; who: string },
): Promise<Answer> {
  const answered = new AbortController();
  const late = pause(limitMs, answered.signal).then((): never => {
    throw new Error(`${who} does not answer`);
  });
  // Also when the answer was there first.
  late.catch(() => {});
  return Promise.race([answer, late]).finally(() => answered.abort());
}
