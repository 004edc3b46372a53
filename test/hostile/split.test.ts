/**
 * The network between two edges and the origin breaks while a sale runs: buyers are told so at once
 * and when to come again, the origin is not stormed, nothing waits for longer than an edge waits
 * for the origin, and once the network is back every click that was ever sent finds its one order.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pause } from '../../origin/timer.ts';
import { auditAtRest } from '../flow/sale.ts';
import type { Told } from '../origin/http/edge-stand-in.ts';
import { openStage, PATIENCE_MS, type Stage } from './stage.ts';

const EDGES = [0, 1];
/** What an edge has held of a sale's rate when it began, besides the rate itself. */
const BURST_SECONDS = 1;
const RATE_PER_SECOND = 40;
let stage: Stage;

beforeAll(async () => {
  stage = await openStage({ edges: EDGES.length });
});
afterAll(() => stage?.close());

interface Asked {
  buyerId: string;
  told: Told;
  tookMs: number;
}

async function ask(saleId: string, buyerId: string, edge = 0): Promise<Asked> {
  const startedMs = performance.now();
  const told = await stage.click({ saleId, buyerId, edge });
  return { buyerId, told, tookMs: performance.now() - startedMs };
}

/** Clicks until there is an answer that stands, as the page does with its one key. */
async function askUntilAnswered(saleId: string, buyerId: string, edge = 0): Promise<Asked> {
  for (let tries = 0; ; tries += 1) {
    const asked = await ask(saleId, buyerId, edge);
    const isFinal = ![429, 503].includes(asked.told.status);
    if (isFinal || tries > 100) return asked;
    await pause(100);
  }
}

const isOrder = ({ told }: Asked) => told.status === 200 || told.status === 202;

/** What the page relies on: it says what is the case, when to come again, and that it is safe. */
function expectHonest(asked: Asked): void {
  const { told, tookMs } = asked;
  expect(tookMs).toBeLessThan(PATIENCE_MS);
  if (isOrder(asked)) return;
  expect(['429 too-fast', '503 overloaded']).toContain(told.short);
  expect(Number(told.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(told.headers.get('cache-control')).toBe('no-store');
}

/** Every buyer has the one order that their retry was told, and the ledger balances. */
async function expectHealed(saleId: string, buyers: readonly string[]): Promise<void> {
  stage.border.become('through');
  const healed = await Promise.all(
    buyers.map((buyerId, index) => askUntilAnswered(saleId, buyerId, index % EDGES.length)),
  );
  expect(healed.filter((asked) => !isOrder(asked))).toEqual([]);
  const elsewhere = await Promise.all(
    buyers.map((buyerId, index) => askUntilAnswered(saleId, buyerId, (index + 1) % EDGES.length)),
  );
  expect(elsewhere.map(({ told }) => told.body.orderId)).toEqual(
    healed.map(({ told }) => told.body.orderId),
  );
  const { proof, findings } = await auditAtRest(stage.shop, saleId);
  expect(findings).toEqual([]);
  expect(proof).toMatchObject({ reservedUnits: buyers.length, buyersTwice: 0 });
}

describe('the network', () => {
  test('cuts: all are told at once, the origin is not stormed, and then all goes on', async () => {
    await stage.openSale({ saleId: 'cut', units: 1_000, ratePerSecond: RATE_PER_SECOND });
    for (const edge of EDGES) await askUntilAnswered('cut', 'early', edge);
    stage.border.become('cut');
    const [before, startedMs] = [stage.border.crossings.length, performance.now()];
    const buyers = Array.from({ length: 8 }, (_, index) => `cut-${index}`);
    const crowd: Asked[] = [];
    const secondsSoFar = () => (performance.now() - startedMs) / 1_000;
    const allowedIn = (seconds: number) =>
      EDGES.length * RATE_PER_SECOND * (seconds + BURST_SECONDS);
    // As long as it takes to be a crowd, on a slow machine too.
    const goesOn = () => {
      const seconds = secondsSoFar();
      return seconds < 4 || (crowd.length <= 1.2 * allowedIn(seconds) && seconds < 30);
    };
    // Each buyer at every edge, again and again without regard to Retry-After, besides strangers.
    await Promise.all(
      Array.from({ length: 24 }, async (_, index) => {
        for (let turn = 0; goesOn(); turn += 1) {
          const buyerId = index < buyers.length ? `cut-${index}` : `crowd-${index}-${turn}`;
          crowd.push(await ask('cut', buyerId, turn % EDGES.length));
        }
      }),
    );
    const seconds = secondsSoFar();
    for (const asked of crowd) expectHonest(asked);
    expect(crowd.filter(isOrder)).toEqual([]);
    // A machine that is busy may hold up single ones; an edge that waits holds up all.
    const waits = crowd.map(({ tookMs }) => tookMs).toSorted((one, other) => one - other);
    expect(waits[Math.floor(waits.length / 2)], 'nobody waits').toBeLessThan(9_000);
    const refused = crowd.filter(({ told }) => told.status === 503);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.some(({ told }) => /same Idempotency-Key/.test(told.body.detail ?? ''))).toBe(
      true,
    );

    const tried = stage.border.crossings.slice(before);
    const allowed = allowedIn(seconds);
    const orders = tried.filter(({ method }) => method === 'POST').length;
    expect(crowd.length, 'there was a crowd').toBeGreaterThan(allowed);
    expect(orders).toBeLessThanOrEqual(allowed);
    // Its own questions: at most one a second of each edge.
    expect(tried.length - orders).toBeLessThanOrEqual(EDGES.length * (seconds + 1));

    stage.border.become('through');
    await expectHealed('cut', ['early', ...buyers]);
  });

  test('is silent or loses answers: nobody waits for ever, lost answers are orders', async () => {
    await stage.openSale({ saleId: 'lost', units: 1_000 });
    for (const edge of EDGES) await askUntilAnswered('lost', 'early', edge);
    const [unheard, unsent] = ['unheard', 'unsent'].map((name) =>
      Array.from({ length: 10 }, (_, index) => `${name}-${index}`),
    );
    if (unheard === undefined || unsent === undefined) throw new Error('there are no buyers');
    stage.border.become(({ headers }) => {
      if (headers['idempotency-key']?.includes('unheard')) return 'lose-answers';
      return headers['idempotency-key']?.includes('unsent') ? 'hang' : 'through';
    });
    const [hanging, others] = await Promise.all([
      Promise.all([...unheard, ...unsent].map((buyerId, index) => ask('lost', buyerId, index % 2))),
      Promise.all(EDGES.map((edge) => ask('lost', `other-${edge}`, edge))),
    ]);
    for (const asked of hanging) {
      expectHonest(asked);
      expect(asked.told.short).toBe('503 overloaded');
      expect(asked.tookMs).toBeGreaterThan(9_000);
      expect(asked.told.body.detail).toContain('same Idempotency-Key');
    }
    expect(others.every(isOrder), 'who waits holds nobody else up').toBe(true);
    stage.border.become('through');
    const found = await Promise.all(unheard.map((buyerId) => askUntilAnswered('lost', buyerId)));
    // The origin had done them all: 200 is an order that was there already.
    expect(found.map(({ told }) => told.status)).toEqual(unheard.map(() => 200));
    await expectHealed('lost', ['early', ...unheard, ...unsent, 'other-0', 'other-1']);
  });

  test('is slow: answers come late and are true', async () => {
    await stage.openSale({ saleId: 'slow', units: 1_000 });
    stage.border.delay(1_500);
    const buyers = Array.from({ length: 20 }, (_, index) => `slow-${index}`);
    const asked = await Promise.all(
      buyers.map((buyerId, index) => askUntilAnswered('slow', buyerId, index % 2)),
    );
    stage.border.delay(0);
    for (const each of asked) expectHonest(each);
    expect(asked.every(isOrder)).toBe(true);
    await expectHealed('slow', buyers);
  });
});
