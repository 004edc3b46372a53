/** Calls the `sluice` command as a person with the shop's settings would. */
import { expect } from 'vitest';
import { pause } from '../../origin/timer.ts';
import type { Shop } from '../flow/shop.ts';
import { createEdgeStandIn, type EdgeStandIn } from '../origin/http/edge-stand-in.ts';
import { type EndedProcess, runNode } from '../origin/run-origin.ts';

type Variables = Record<string, string | undefined>;

export interface Sluice {
  /** `change`: other variables than the shop's; undefined takes one away. */
  run(args: string[], change?: Variables): Promise<EndedProcess>;
  /** The lines that it printed, having ended well. */
  lines(args: string[]): Promise<string[]>;
  /** The objects that it printed with `--json`, one a line. */
  objects(args: string[]): Promise<Record<string, unknown>[]>;
}

export function createSluice(shop: Shop): Sluice {
  async function run(args: string[], change: Variables = {}) {
    const { ORIGIN_URL, OPERATOR_TOKEN, DATA_DIR } = shop.environment;
    const given: Variables = { ORIGIN_URL, OPERATOR_TOKEN, DATA_DIR, ...change };
    const environment = Object.entries(given).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    );
    return runNode(['cli/sluice.ts', ...args], Object.fromEntries(environment));
  }
  async function lines(args: string[]) {
    const ended = await run(args);
    expect(ended).toMatchObject({ exitCode: 0, errors: [] });
    return ended.output.split('\n').slice(0, -1);
  }
  return {
    run,
    lines,
    objects: async (args) => (await lines([...args, '--json'])).map((line) => JSON.parse(line)),
  };
}

export function edgeOf(shop: Shop, saleId: string): EdgeStandIn {
  const { ORIGIN_URL: originUrl = '', PASS_KEYS: passKeys = '' } = shop.environment;
  return createEdgeStandIn({ originUrl, passKeys, saleId });
}

/** One order a buyer, in the order given; resolves with their ids once all have settled. */
export async function placeOrders(
  edge: EdgeStandIn,
  buyerIds: readonly string[],
): Promise<string[]> {
  const orderIds: string[] = [];
  for (const buyerId of buyerIds) {
    const placed = await edge.send({ buyerId });
    expect(placed.short, buyerId).toBe('202');
    orderIds.push(placed.body.orderId);
    await until(async () => {
      const path = `/api/orders/${placed.body.orderId}`;
      const { body } = await edge.send({ method: 'GET', path, buyerId });
      return !['accepting', 'queued'].includes(body.state);
    });
  }
  return orderIds;
}

/** What a buyer does with an order: `payment` of a free sale pays it at once. */
export function act(
  edge: EdgeStandIn,
  what: 'payment' | 'cancellation',
  { orderId, buyerId }: { orderId: string; buyerId: string },
) {
  const path = `/api/orders/${orderId}/${what}`;
  return edge.send({ path, buyerId, body: '', idempotencyKey: '' });
}

const PATIENCE_MS = 30_000;

export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let waitedMs = 0; !(await isSo()); waitedMs += 25) {
    if (waitedMs > PATIENCE_MS) throw new Error(`not so after ${PATIENCE_MS} ms`);
    await pause(25);
  }
}
