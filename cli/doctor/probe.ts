/**
 * Looks at a backend without changing anything in it: how fast it answers, and what it says of
 * itself. What fails is said in the words of an origin that does not start because of it.
 */
import type { Config } from '../../origin/config.ts';
import { startLine, type UrlSetting } from '../../origin/start-checks.ts';
import { type Finding, type FindingOf, findingsOf } from './finding.ts';

/** One that takes longer is as good as away: an origin gives up on each of them before. */
const PATIENCE_MS = 12_000;
/** The fastest counts: the others waited for something of this machine's. */
const PINGS = 3;
/** A buyer waits for several of these. */
const SLOW_MS = 100;

export interface Probe {
  ping(): Promise<unknown>;
  /** After `answers in 1.2 ms, `: which server it is, and what else is good about it. */
  describe(): Promise<string>;
  risks(): Promise<Risk[]>;
  close(): Promise<void> | void;
}

export interface Risk {
  state: 'warn' | 'fail';
  detail: string;
  advice?: string | undefined;
}

export interface Probed {
  settings: readonly UrlSetting[];
  config: Config;
  monotonicMs(): number;
  open(): Promise<Probe> | Probe;
}

export async function probeBackend(probed: Probed): Promise<Finding[]> {
  const { settings, config } = probed;
  const found = findingsOf('backends', settings.join(', '));
  const [setting = 'BOOK_URL'] = settings;
  try {
    return await withPatience(lookAt(probed, found));
  } catch (error) {
    const line = startLine(settings, config[setting], error).replace(/^[A-Z_, ]+: /, '');
    const at = line.indexOf('; ');
    return at < 0
      ? [found('fail', line)]
      : [found('fail', line.slice(0, at), line.slice(at + '; '.length))];
  }
}

async function lookAt({ open, monotonicMs }: Probed, found: FindingOf): Promise<Finding[]> {
  const probe = await open();
  try {
    // The first has the connection and the login in it.
    await probe.ping();
    let tookMs = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < PINGS; attempt += 1) {
      const beganMs = monotonicMs();
      await probe.ping();
      tookMs = Math.min(tookMs, monotonicMs() - beganMs);
    }
    const said = `answers in ${tookMs.toFixed(1)} ms, ${await probe.describe()}`;
    const risks = (await probe.risks()).map(({ state, detail, advice }) =>
      found(state, detail, advice),
    );
    const near = 'run the origin in the same region as its backends';
    return [tookMs > SLOW_MS ? found('warn', said, near) : found('ok', said), ...risks];
  } finally {
    await probe.close();
  }
}

async function withPatience<Value>(work: Promise<Value>): Promise<Value> {
  const over = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const said = new Error(`no answer within ${PATIENCE_MS / 1000} s`);
    over.reject(Object.assign(said, { code: 'ETIMEDOUT' }));
  }, PATIENCE_MS);
  return Promise.race([work, over.promise]).finally(() => clearTimeout(timer));
}
