/**
 * What an origin makes of backends that do not serve it at its start. A mistake in the settings
 * ends it with one line: the setting, the host, what is wrong, what would be right. The book and
 * the log must serve; the stock and the leases may be away, since an origin has to be able to
 * restart in the middle of their outage. The race accepted: what fails a moment later is an outage
 * like any other.
 */
import { type Failure, failureOf, isRefusal, saidBy } from './backend-failures.ts';
import type { Config } from './config.ts';
import { isEmbedded, isOverHttp } from './config-urls.ts';
import type { Outage } from './outages.ts';

export type UrlSetting = 'STOCK_URL' | 'LOG_URL' | 'BOOK_URL' | 'LEASE_URL';

/** The message is the whole line, and holds no secret. */
export class StartError extends Error {
  readonly code = 'start';
}

/** Rejects with a StartError when `work` does so because of the backend. */
export async function mustServe<Value>(
  setting: UrlSetting,
  config: Config,
  work: () => Promise<Value>,
): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    // What has no code is a fault of the program, and its stack is wanted.
    if (!(error instanceof Error && 'code' in error) || isEmbedded(config[setting])) throw error;
    throw new StartError(startLine([setting], config[setting], error), { cause: error });
  }
}

export interface Store {
  setting: UrlSetting;
  outage: Outage;
  ping(): Promise<void>;
}

/** The settings of stores that are away. Throws a StartError when one refuses. */
export async function checkStores(
  config: Config,
  stores: readonly Store[],
): Promise<ReadonlySet<UrlSetting>> {
  const away = new Set<UrlSetting>();
  const distinct = [...Map.groupBy(stores, ({ outage }) => outage).values()];
  const checks = distinct.map(async (sharing) => {
    const [store] = sharing;
    if (store === undefined || isEmbedded(config[store.setting])) return;
    const settings = sharing.map(({ setting }) => setting);
    try {
      await store.ping();
    } catch (error) {
      if (isRefusal(failureOf(error))) {
        throw new StartError(startLine(settings, config[store.setting], error), { cause: error });
      }
      for (const setting of settings) away.add(setting);
    }
  });
  await Promise.all(checks);
  return away;
}

/** `STOCK_URL, LEASE_URL` when one backend is both. */
export function settingsOf(config: Config, url: string): string {
  const settings = ['STOCK_URL', 'LOG_URL', 'BOOK_URL', 'LEASE_URL'] as const;
  return settings.filter((setting) => config[setting] === url).join(', ');
}

export function startLine(settings: readonly UrlSetting[], url: string, error: unknown): string {
  const said = saidBy(url, error);
  const right = rightOf(settings, url, failureOf(error));
  return `${settings.join(', ')}: ${said}${right === undefined ? '' : `; ${right}`}`;
}

/** What would be right. */
function rightOf(
  settings: readonly UrlSetting[],
  url: string,
  failure: Failure | undefined,
): string | undefined {
  const [setting = 'BOOK_URL'] = settings;
  switch (failure) {
    case 'login':
      return loginOf(setting, url);
    case 'right':
      return 'give its user the right to it, or start Sluice once with a user that has it';
    case 'database':
      return 'make that database, or name one that is there';
    case 'tls':
      return tlsOf(setting, url);
    case 'away':
      return `start it, or correct ${setting}`;
    // Their own words say what is to be done.
    case 'tables':
    case 'setup':
    case undefined:
      return undefined;
  }
}

function loginOf(setting: UrlSetting, url: string): string {
  if (setting === 'LOG_URL') {
    return 'correct LOG_SASL_MECHANISM, LOG_SASL_USERNAME and LOG_SASL_PASSWORD';
  }
  if (url.startsWith('etcd:')) return `correct LEASE_USER and LEASE_PASSWORD, or ${setting}`;
  if (setting !== 'BOOK_URL' && isOverHttp(url)) {
    return 'correct UPSTASH_REDIS_REST_TOKEN, which is in the console of that very database';
  }
  const [scheme = ''] = url.split(':');
  return `correct the user and the password in ${setting}=${scheme}://user:password@…`;
}

function tlsOf(setting: UrlSetting, url: string): string {
  if (isOverHttp(url)) return `correct the host in ${setting}, as its certificate names it`;
  const name = url.startsWith('rediss:') ? 'STOCK' : setting.replace('_URL', '');
  return (
    `correct the host in ${setting}, as its certificate names it, or ${name}_TLS_CA_FILE, or do ` +
    'not ask a server for TLS that has none'
  );
}
