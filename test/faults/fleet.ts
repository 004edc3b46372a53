/**
 * The origin as a shop runs it: several API processes and several that settle, each started again
 * when it dies. Those that settle also share the roles of which one process at a time does the
 * work; the first of them is started first, and so holds their leases.
 */
import { ROLES } from '../../origin/config.ts';
import { freePort, type Shop } from '../flow/shop.ts';
import { keepAlive, type Supervisor } from './supervisor.ts';

export interface Fleet {
  apis: [Supervisor, Supervisor];
  settles: [Supervisor, Supervisor];
  all: Supervisor[];
  /** Of the API processes. */
  urls: string[];
  /** Deaths of all. */
  deaths(): number;
  /** One more that settles, without leases. */
  addSettle(): Promise<Supervisor>;
  stop(): Promise<void>;
}

export interface FleetOptions {
  /** For all processes. */
  variables?: Record<string, string>;
  /** What the first life of the first process of a kind dies of. */
  failpoints?: { api?: string; settle?: string };
}

const SETTLE_ROLES = ROLES.filter((role) => role !== 'api').join(',');

export async function startFleet(shop: Shop, options: FleetOptions = {}): Promise<Fleet> {
  const { variables = {}, failpoints = {} } = options;
  const start = async (roles: string, port?: string, firstLife = '') => {
    const own = { ...variables, ROLES: roles, ORIGIN_PORT: port ?? String(await freePort()) };
    return keepAlive((life) =>
      shop.startOrigin({ ...own, ...(life === 0 ? { FAILPOINTS: firstLife } : {}) }),
    );
  };
  const holder = await start(SETTLE_ROLES, undefined, failpoints.settle);
  const [settle, api, otherApi] = await Promise.all([
    start(SETTLE_ROLES),
    // The operator's client asks this one.
    start('api', shop.environment.ORIGIN_PORT, failpoints.api),
    start('api'),
  ]);
  const all = [holder, settle, api, otherApi];
  return {
    apis: [api, otherApi],
    settles: [holder, settle],
    all,
    urls: [api.url, otherApi.url],
    deaths: () => all.reduce((sum, process) => sum + process.deaths(), 0),
    async addSettle() {
      const added = await start('settle');
      all.push(added);
      return added;
    },
    async stop() {
      // One that a failed test left asleep does not hear SIGTERM.
      for (const process of all) await process.signal('SIGCONT');
      await Promise.all(all.map((process) => process.stop()));
    },
  };
}
