/**
 * How far a rehearsal is, on standard error: a bar on a terminal, else a line now and then, so that
 * a log of it can be read. Standard output has the report alone.
 */
import { Presets, SingleBar } from 'cli-progress';

export interface RehearsalProgressBar {
  update(done: number, what: string): void;
  end(): void;
}

const LINE_EVERY_MS = 5_000;

export function createProgressBar(
  total: number,
  { isTTY, steadyMs }: { isTTY: boolean; steadyMs(): number },
): RehearsalProgressBar {
  if (!isTTY) return createLines(total, steadyMs);
  const format = 'rehearsal {bar} {value}/{total} {what}';
  const options = { format, stream: process.stderr, gracefulExit: false, clearOnComplete: false };
  const bar = new SingleBar(options, Presets.shades_classic);
  bar.start(total, 0, { what: '' });
  return {
    update: (done, what) => bar.update(done, { what }),
    end: () => bar.stop(),
  };
}

function createLines(total: number, steadyMs: () => number): RehearsalProgressBar {
  let toldAtMs = steadyMs();
  return {
    update(done, what) {
      if (steadyMs() - toldAtMs < LINE_EVERY_MS) return;
      toldAtMs = steadyMs();
      console.error(`rehearsal: ${done} of ${total} clicks, ${what}`);
    },
    end() {},
  };
}
