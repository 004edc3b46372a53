/**
 * All that the doctor looks at. Nothing is changed by it, no topic or table made, so it may run
 * beside a sale. The parts look at the same time; one that fails hides no other.
 */
import { z } from 'zod';
import type { Clock } from '../../contract/clock.ts';
import type { Random } from '../../contract/random.ts';
import type { Config } from '../../origin/config.ts';
import type { Environment } from '../../origin/environment.ts';
import { settingsOf, type UrlSetting } from '../../origin/start-checks.ts';
import { originUrlOf } from '../connect.ts';
import { bookNowMs, bookProbe, openBookFor } from './book-probe.ts';
import { type ClockReader, checkClocks, type OpenClock } from './check-clocks.ts';
import { checkConfig } from './check-config.ts';
import { checkEdge } from './check-edge.ts';
import { checkEmbedded } from './check-embedded.ts';
import { checkVersions } from './check-versions.ts';
import { type Finding, findingsOf, type Group, type Look } from './finding.ts';
import { ask } from './http.ts';
import { leaseProbe } from './lease-probe.ts';
import { logProbe } from './log-probe.ts';
import { type Probe, probeBackend } from './probe.ts';
import { openRedisFor, redisNowMs, redisProbe } from './redis-probe.ts';

export interface ExamineOptions {
  environment: Environment;
  clock: Clock;
  random: Random;
  monotonicMs(): number;
  /** Of this process. */
  nodeVersion: string;
  groups: readonly Group[];
}

const NOW = z.object({ now: z.iso.datetime() });
const URL_SETTINGS = ['STOCK_URL', 'LOG_URL', 'BOOK_URL', 'LEASE_URL'] as const;

/** In the order of the groups, each part's findings as soon as those before it are there. */
export async function* examine(options: ExamineOptions): AsyncGenerator<Finding> {
  const { environment, nodeVersion, groups } = options;
  const { findings, config, bad } = checkConfig(environment);
  const looks: Record<Group, Look> = {
    config: async () => findings,
    versions: () => checkVersions(originUrlOf(environment), nodeVersion),
    backends: () => lookAtBackends(options, config, bad),
    clocks: () => checkClocks(readersOf(options, config, bad), options.clock),
    edge: async () => lookAtEdge(options, config),
  };
  const begun = groups.map((group) => looks[group]());
  for (const look of begun) yield* await look;
}

async function lookAtBackends(
  { clock, monotonicMs }: ExamineOptions,
  config: Config | undefined,
  bad: readonly string[],
): Promise<Finding[]> {
  if (config === undefined) {
    const found = findingsOf('backends', 'all of them');
    return [found('warn', 'not looked at', 'correct the variables above first')];
  }
  const good = URL_SETTINGS.filter((setting) => !bad.includes(setting));
  // One backend may serve as two of them.
  const distinct = [...Map.groupBy(good, (setting) => config[setting]).entries()];
  const looks = distinct.map(async ([url, settings]) => {
    if (url.startsWith('sqlite:')) return checkEmbedded(config.DATA_DIR);
    if (url === 'direct') return [findingsOf('backends', 'LOG_URL')('ok', 'direct: no log')];
    const open = () => openProbe(url, settings, config, clock);
    return probeBackend({ settings, config, monotonicMs, open });
  });
  return (await Promise.all(looks)).flat();
}

function openProbe(
  url: string,
  settings: readonly UrlSetting[],
  config: Config,
  clock: Clock,
): Probe | Promise<Probe> {
  if (settings.includes('BOOK_URL')) return bookProbe(config, clock);
  if (url.startsWith('kafka:')) return logProbe(config);
  if (url.startsWith('etcd:')) return leaseProbe(config);
  return redisProbe(config, url, settingsOf(config, url).includes('STOCK_URL'));
}

function readersOf(
  { environment, clock }: ExamineOptions,
  config: Config | undefined,
  bad: readonly string[],
): ClockReader[] {
  const readers = [overHttp('origin', `${originUrlOf(environment)}/healthz`)];
  if (config === undefined) return readers;
  const isServer = (setting: UrlSetting) =>
    !bad.includes(setting) && !config[setting].startsWith('sqlite:');
  if (isServer('BOOK_URL'))
    readers.push({ name: 'book', open: () => openBookClock(config, clock) });
  if (isServer('STOCK_URL')) readers.push({ name: 'redis', open: () => openRedisClock(config) });
  const { EDGE_URL } = config;
  if (EDGE_URL !== undefined) {
    readers.push(overHttp('edge', `${EDGE_URL.replace(/\/$/, '')}/api/clock`));
  }
  return readers;
}

function overHttp(name: string, url: string): ClockReader {
  const read = async () => Date.parse(NOW.parse((await ask(url)).body).now);
  return { name, open: () => ({ read }) };
}

function openBookClock(config: Config, clock: Clock): OpenClock {
  const book = openBookFor(config, clock);
  return { read: () => bookNowMs(book), close: () => book.close() };
}

function openRedisClock(config: Config): OpenClock {
  const redis = openRedisFor(config, config.STOCK_URL);
  return { read: () => redisNowMs(redis), close: () => redis.close() };
}

async function lookAtEdge(
  { clock, random }: ExamineOptions,
  config: Config | undefined,
): Promise<Finding[]> {
  if (config?.EDGE_URL === undefined) return [];
  const edgeUrl = config.EDGE_URL.replace(/\/$/, '');
  return checkEdge({ edgeUrl, passKeys: config.PASS_KEYS, clock, random });
}
