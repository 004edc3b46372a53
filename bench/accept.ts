/**
 * Orders accepted and durable, against the same server's no-op JSON POST: `npm run bench accept`.
 * Each round runs every way once, in turns, on an origin process with the role `api`; ratios are
 * taken within a round, and the medians of all rounds are printed.
 */
import { openSale } from '../test/flow/sale.ts';
import { type BackendsKind, openShop, type Shop } from '../test/flow/shop.ts';
import { load } from './load.ts';
import { median, table } from './report.ts';
import { noopRequests, orderRequests } from './requests.ts';

const ROUNDS = 5;
/** The first 150,000 orders cost twice as much, at the origin as at the broker. */
const WARM_UP_ROUNDS = 3;
const REQUESTS = 40_000;
/** A crowd: the edge holds this many requests open at once when the origin is busy. */
const CONNECTIONS = 512;

export async function accept(kind: BackendsKind): Promise<void> {
  const shop = await openShop(kind);
  try {
    const rates: Record<string, number[]> = {};
    const note = (way: string, rate: number) => {
      rates[way] = [...(rates[way] ?? []), rate];
    };
    const roles = kind === 'embedded' ? 'all' : 'api';
    for (const acceptAfter of ['log', 'outbox']) {
      const variables = { ROLES: roles, ACCEPT_AFTER: acceptAfter };
      const origin = await shop.startOrigin(variables, 'bench/origin-under-test.ts');

      for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
        const measured = await measureRound(shop, `${acceptAfter}-${round + 1}`);
        if (round < 0) continue;
        note(`no-op beside ${acceptAfter}`, measured.noop);
        note(`accepted after ${acceptAfter}`, measured.accepted);
        note(`accepted after ${acceptAfter} / no-op`, measured.accepted / measured.noop);
        note(`sold-out beside ${acceptAfter} / accepted`, measured.soldOut / measured.accepted);
      }
      await origin.stop();
    }
    const rows = Object.entries(rates).map(([way, all]) => [way, median(all), ...all]);
    console.log(table(['way (orders/s, or a ratio)', 'median', 'rounds'], rows));
  } finally {
    await shop.close();
  }
}

async function measureRound(shop: Shop, round: string) {
  const [full, empty] = [`full-${round}`, `empty-${round}`];
  await openSale(shop, { saleId: full, units: REQUESTS });
  await openSale(shop, { saleId: empty, units: 1 });
  await run(shop, orderRequests(crowd(shop, empty, 'first', 1)));
  const noop = await run(shop, noopRequests(crowd(shop, full, 'n', REQUESTS)));
  const accepted = await run(shop, orderRequests(crowd(shop, full, 'a', REQUESTS)), 202);
  const soldOut = await run(shop, orderRequests(crowd(shop, empty, 's', REQUESTS)), 409);
  return { noop, accepted, soldOut };
}

async function run(shop: Shop, requests: Buffer[], status?: number): Promise<number> {
  const port = Number(shop.environment.ORIGIN_PORT);
  const result = await load({ port, connections: CONNECTIONS, requests });
  const wrong = status === undefined ? 0 : requests.length - (result.statuses[status] ?? 0);
  if (wrong > 0) throw new Error(`${wrong} answers not ${status}: ${JSON.stringify(result)}`);
  return result.perSecond;
}

const crowd = (shop: Shop, saleId: string, name: string, count: number) => ({
  passKeys: shop.environment.PASS_KEYS ?? '',
  saleId,
  crowd: name,
  count,
  nowMs: Date.now(),
});
