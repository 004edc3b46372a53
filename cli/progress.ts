/**
 * A bar on standard error for what takes long, and nothing where that is no terminal: the output
 * of a command is the same either way.
 */
import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  step(by?: number): void;
  /** Takes the bar away. */
  end(): void;
}

/** Without `total` it only counts. */
export function showProgress(what: string, total?: number): Progress {
  if (!process.stderr.isTTY) return { step() {}, end() {} };
  const format = total === undefined ? `${what} {value}` : `${what} {bar} {value}/{total}`;
  const bar = new SingleBar(
    // What interrupts the command ends the process: see below.
    { format, clearOnComplete: true, barsize: 30, gracefulExit: false, stream: process.stderr },
    Presets.shades_classic,
  );
  bar.start(total ?? 0, 0);
  // It has the terminal cut long lines, which must not outlive an interrupted command.
  const stop = () => bar.stop();
  process.once('exit', stop);
  return {
    step: (by = 1) => bar.increment(by),
    end() {
      process.off('exit', stop);
      bar.stop();
    },
  };
}
