/** A request's way through an edge isolate, which asks for a new snapshot when its own is old. */
import { snapshotOf } from '../../origin/http/edge-routes.ts';
import type { Wish } from './edge.ts';
import type { Requests } from './requests.ts';
import { SALE_ID, type World } from './world.ts';

/** Requests that an isolate lets through which knows nothing of the sale's stock. */
const ASLEEP = 0.5;

export function passesEdge(
  { world, requests }: { world: World; requests: Requests },
  wish: Wish,
  buyerId: string,
): boolean {
  const { dice, schedule, tell } = world;
  const edge = dice.pick(world.edges);
  const nowMs = schedule.nowMs();
  if (edge.isStale(nowMs)) {
    requests.send({
      about: 'the edge asks for a snapshot',
      async ask({ directory, stock }) {
        const sale = await directory.get(SALE_ID);
        const terms = await stock.terms(SALE_ID).catch(() => undefined);
        return sale && snapshotOf(sale, terms?.stock ?? sale.units);
      },
      told: (snapshot) => snapshot && edge.take(snapshot, schedule.nowMs()),
    });
  }
  const refusal = edge.judge(wish, buyerId, { nowMs, isAsleep: dice.chance(ASLEEP) });
  if (refusal !== undefined) tell(`${buyerId} ${wish}: the edge says ${refusal.kind}`);
  return refusal === undefined;
}
