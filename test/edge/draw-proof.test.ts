/** The proof of the draw as everybody reads it at the edge, and what a buyer adds to check it. */
import { describe, expect, test } from 'vitest';
import { checkProof, type DrawProof, drawProofSchema } from '../../contract/draw-proof.ts';
import { edgeHashing } from '../../edge/hashing.ts';
import { guest, openSale, openShop, SEED, type Shop, START_MS, told } from './shop.ts';

const iso = (ms: number) => new Date(ms).toISOString();
const seedHash = 'S7Bvjk46dxXSAdVz0KpCN2LlXavWGiwCJ4-lbMbSlOA';

function openProving(change: Partial<DrawProof> = {}): Shop & { proofAsks(): number } {
  const shop = openShop(openSale({ shareSteps: [{ atMs: 0, share: 0.5 }] }));
  const proof: DrawProof = {
    saleId: 'phone',
    seedHash,
    shareSteps: [{ at: iso(0), share: 0.5 }],
    opensAt: iso(START_MS - 60_000),
    closesAt: iso(START_MS + 3_600_000),
    now: iso(START_MS),
    revealsAt: iso(START_MS + 3_660_000),
    ...change,
  };
  const isProof = (path: string) => path === '/api/sales/phone/draw';
  shop.twist.origin = ({ path }) => (isProof(path) ? Response.json(proof) : undefined);
  return { ...shop, proofAsks: () => shop.seen.filter(({ path }) => isProof(path)).length };
}

describe('the proof', () => {
  test('is asked for once a second, with a pass of nobody, however many look', async () => {
    const shop = openProving();
    for (let look = 0; look < 20; look += 1) {
      const answer = await shop.fetch('/api/sales/phone/draw');
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cache-control')).toBe('public, max-age=1');
      expect(answer.headers.get('set-cookie')).toBeNull();
      expect(drawProofSchema.strict().parse(await answer.json())).toMatchObject({ seedHash });
    }
    await shop.otherIsolate().fetch('/api/sales/phone/draw');
    expect(shop.proofAsks()).toBe(1);
    expect(shop.seen.find(({ path }) => path.endsWith('/draw'))?.pass).toMatchObject({
      kind: 'valid',
      buyerId: '',
    });
    shop.clock.ms += 1_001;
    const later = drawProofSchema.parse(await (await shop.fetch('/api/sales/phone/draw')).json());
    expect(later.now).toBe(iso(START_MS + 1_001));
    expect(shop.proofAsks()).toBe(2);
  });

  test('of a sale that does not exist is refused without asking for it', async () => {
    const shop = openProving();
    expect((await told(shop.fetch('/api/sales/other/draw'))).type).toBe('/problems/unknown-sale');
    expect((await told(shop.fetch('/api/sales/NO.SALE/draw'))).status).toBe(404);
    expect(shop.forwarded()).toEqual([]);
  });

  test('is not made up while the origin is away', async () => {
    const shop = openProving();
    shop.twist.origin = ({ path }) =>
      path.endsWith('/draw') ? new Response('gone', { status: 502 }) : undefined;
    expect(await told(shop.fetch('/api/sales/phone/draw'))).toMatchObject({
      status: 503,
      type: '/problems/overloaded',
    });
  });
});

describe('a buyer', () => {
  test('is told who they are, and computes the edge’s own verdict from it', async () => {
    const shop = openProving({ seed: SEED });
    const proof = drawProofSchema.parse(await (await shop.fetch('/api/sales/phone/draw')).json());
    const checked = checkProof(edgeHashing, proof, seedHash);
    if (checked.kind !== 'holds') throw new Error(checked.kind);
    const isolates = [shop, shop.otherIsolate(), shop.otherIsolate()];
    for (let buyer = 0; buyer < 8; buyer += 1) {
      const headers = await guest(shop);
      const mine = await shop.fetch('/api/sales/phone/draw/mine', { headers });
      expect(mine.headers.get('cache-control')).toBe('no-store');
      const { buyerId, ...more } = (await mine.json()) as { buyerId: string };
      expect(more, 'no number before anybody may know it').toEqual({});
      const status = checked.numberOf(buyerId) < 0.5 ? 202 : 429;
      for (const isolate of isolates) {
        shop.clock.ms += 700;
        const order = await isolate.fetch('/api/sales/phone/orders', {
          method: 'POST',
          body: '{}',
          headers: { ...headers, 'idempotency-key': `click-${buyer}-0001` },
        });
        expect(order.status).toBe(status);
      }
    }
  });

  test('who is new gets the cookie of the one that is told', async () => {
    const shop = openProving();
    const answer = await shop.fetch('/api/sales/phone/draw/mine');
    const { buyerId } = (await answer.json()) as { buyerId: string };
    expect(answer.headers.get('set-cookie')).toContain(`__Host-sluice_guest=${buyerId}.`);
    expect(shop.forwarded()).toEqual([]);
  });

  test('with a token that is not good is nobody', async () => {
    const headers = { authorization: 'Bearer no.good.token' };
    const answer = await told(openProving().fetch('/api/sales/phone/draw/mine', { headers }));
    expect(answer.status).toBe(401);
  });

  test('who asks too often is told to wait', async () => {
    const shop = openProving();
    const headers = await guest(shop);
    const statuses = new Set<number>();
    for (let ask = 0; ask < 200; ask += 1) {
      statuses.add((await shop.fetch('/api/sales/phone/draw/mine', { headers })).status);
    }
    expect([...statuses]).toEqual([200, 429]);
  });
});
