/** What is published of a draw and when, and that everybody comes to the edge's own verdicts. */
import { describe, expect, test } from 'vitest';
import { fromBase64Url, toBase64Url } from '../../contract/base64url.ts';
import { drawHashFor, drawNumber, drawnFromMs, STEP_MARGIN_MS } from '../../contract/draw.ts';
import {
  checkProof,
  drawProofSchema,
  REVEAL_AFTER_END_MS,
  stepsOf,
} from '../../contract/draw-proof.ts';
import { saleSnapshotSchema } from '../../contract/sale.ts';
import { drawGate } from '../../edge/gates/draw-gate.ts';
import { edgeHashing } from '../../edge/hashing.ts';
import { createDrawRoutes } from '../../origin/draw/draw-routes.ts';
import { drawProofOf, drawSeed } from '../../origin/draw/proof.ts';
import { BEACON_MARGIN_MS, planBeacon } from '../../origin/draw/publish-beacon.ts';
import { planStep } from '../../origin/draw/widen-share.ts';
import { nodeHashing } from '../../origin/hashing.ts';
import { snapshotOf } from '../../origin/http/edge-routes.ts';
import type { PassGate } from '../../origin/http/pass-gate.ts';
import { REFRESH_EVERY_MS, type SaleDirectory } from '../../origin/sales/directory.ts';
import { saleOf } from '../origin/fakes.ts';

const SEED = toBase64Url(new Uint8Array(32).fill(7));
const ENDS_AT_MS = 9_000_000;
const sale = saleOf({
  seed: SEED,
  closesAtMs: ENDS_AT_MS,
  shareSteps: [
    { atMs: 0, share: 0.2 },
    { atMs: 5_000_000, share: 0.6 },
    { atMs: 3_000_000, share: 0.4 },
  ],
});
const withBeacon = saleOf({ ...sale, beacon: { value: '開獎 7', atMs: 10 } });
const REVEALED_MS = ENDS_AT_MS + REVEAL_AFTER_END_MS;

describe('the proof', () => {
  test('has the hash of the seed from the start, and the seed 65 s after the end', () => {
    const commitment = drawProofOf(sale, 0).seedHash;
    for (const nowMs of [0, ENDS_AT_MS, REVEALED_MS - 1]) {
      const proof = drawProofSchema.strict().parse(drawProofOf(sale, nowMs));
      expect(proof).not.toHaveProperty('seed');
      expect(checkProof(nodeHashing, proof, commitment)).toEqual({ kind: 'sealed' });
    }
    const proof = drawProofSchema.strict().parse(drawProofOf(sale, REVEALED_MS));
    expect(proof).toMatchObject({ seed: SEED, seedHash: commitment });
    expect(checkProof(nodeHashing, proof, commitment)).toMatchObject({ kind: 'holds' });
    expect(drawProofOf(withBeacon, 0).seedHash, 'a beacon changes no commitment').toBe(commitment);
  });

  test('has the steps in the order in which they begin', () => {
    const { shareSteps } = drawProofOf(sale, 0);
    expect(shareSteps.map(({ share }) => share)).toEqual([0.2, 0.4, 0.6]);
    expect(shareSteps[0]?.at).toBe('1970-01-01T00:00:00.000Z');
  });

  test.each([
    ['another seed', { seed: toBase64Url(new Uint8Array(32).fill(8)) }],
    ['no base64url', { seed: '!' }],
    ['another hash than was published', { seedHash: 'x' }],
  ])('does not hold with %s', (_, change) => {
    const commitment = drawProofOf(sale, 0).seedHash;
    const proof = { ...drawProofOf(sale, REVEALED_MS), ...change };
    expect(checkProof(nodeHashing, proof, commitment)).toEqual({ kind: 'broken' });
  });

  test.each([
    ['without a beacon', sale],
    ['with a beacon', withBeacon],
  ])('%s shows every verdict of the edge, at every time', (_, drawn) => {
    const proof = drawProofOf(drawn, REVEALED_MS);
    const checked = checkProof(nodeHashing, proof, drawProofOf(drawn, 0).seedHash);
    if (checked.kind !== 'holds') throw new Error(checked.kind);
    const snapshot = saleSnapshotSchema.parse(snapshotOf(drawn, 1));
    const seedHash = edgeHashing.keyedHash(fromBase64Url(snapshot.seed) ?? new Uint8Array());
    for (let index = 0; index < 500; index += 1) {
      const buyerId = `buyer-${index}`;
      const fromMs = drawnFromMs(stepsOf(proof), checked.numberOf(buyerId));
      for (const nowMs of [0, 2_999_999, 3_000_000, 4_999_999, 5_000_000, ENDS_AT_MS]) {
        const { shareSteps } = snapshot;
        const isIn = drawGate({ shareSteps, seedHash }, buyerId, nowMs) === undefined;
        expect(fromMs !== undefined && fromMs <= nowMs).toBe(isIn);
      }
    }
  });
});

test('a beacon changes the numbers, of the outage’s draw too, and each beacon differently', () => {
  const others = ['開獎 7', '開獎 8'].map((value) =>
    saleOf({ ...sale, beacon: { value, atMs: 1 } }),
  );
  const seeds = [sale, ...others].map(drawSeed);
  const plain = seeds.map((seed) => drawNumber(nodeHashing.keyedHash(seed), 'anna'));
  const outage = seeds.map((seed) => drawNumber(drawHashFor(nodeHashing, seed, 'outage'), 'anna'));
  expect(new Set([...plain, ...outage]).size).toBe(6);
  expect(toBase64Url(drawSeed(sale))).toBe(SEED);
});

describe('the route', () => {
  const directory = { get: (id) => (id === 'phone' ? sale : undefined) } as SaleDirectory;
  const passGate = (async () => ({ kind: 'admitted', buyerId: '' })) as unknown as PassGate;
  const refuses = (async () => ({ kind: 'no-pass', reason: 'none' })) as unknown as PassGate;

  test('tells the proof to whoever has a pass', async () => {
    const routes = createDrawRoutes({ passGate, directory, nowMs: () => 0 });
    const answer = await routes.request('/api/sales/phone/draw');
    expect(await answer.json()).toEqual(drawProofOf(sale, 0));
    expect((await routes.request('/api/sales/other/draw')).status).toBe(404);
    const closed = createDrawRoutes({ passGate: refuses, directory, nowMs: () => 0 });
    expect((await closed.request('/api/sales/phone/draw')).status).toBe(403);
  });
});

describe('a step', () => {
  const facts = { shareSteps: sale.shareSteps, closesAtMs: ENDS_AT_MS, nowMs: 1_000_000 };
  const soon = facts.nowMs + STEP_MARGIN_MS;

  test.each([
    [{ share: 0.3 }, { atMs: soon, share: 0.3 }],
    [
      { share: 0.3, atMs: 1 },
      { atMs: soon, share: 0.3 },
    ],
    [
      { share: 0.3, atMs: soon - 1 },
      { atMs: soon, share: 0.3 },
    ],
    [
      { share: 0.3, atMs: soon + 1 },
      { atMs: soon + 1, share: 0.3 },
    ],
    [
      { share: 1, atMs: ENDS_AT_MS - 1 },
      { atMs: ENDS_AT_MS - 1, share: 1 },
    ],
  ])('%o begins when all know it', (wish, step) => {
    expect(planStep(wish, facts)).toEqual({ kind: 'add', step });
  });

  test.each([
    [{ share: 0.2 }, 'already'],
    [{ share: 0.6, atMs: 5_000_000 }, 'already'],
    [{ share: 0.6, atMs: 8_000_000 }, 'already'],
    [{ share: 0.1 }, 'conflict'],
    [{ share: 0.5, atMs: 5_000_000 }, 'conflict'],
    [{ share: 1, atMs: ENDS_AT_MS }, 'conflict'],
  ])('%o is %s', (wish, kind) => {
    expect(planStep(wish, facts)).toMatchObject({ kind });
  });

  test('is one of a hundred at most', () => {
    const shareSteps = Array.from({ length: 100 }, (_, index) => ({ atMs: 0, share: index / 200 }));
    expect(planStep({ share: 1 }, { ...facts, shareSteps })).toMatchObject({ kind: 'conflict' });
    const fewer = shareSteps.slice(1);
    expect(planStep({ share: 1 }, { ...facts, shareSteps: fewer })).toMatchObject({ kind: 'add' });
  });
});

test('every isolate knows in time: what a step, a beacon and the seed wait for', () => {
  // Another process reads the book, an isolate's copy grows old, and its question takes its time.
  expect(STEP_MARGIN_MS).toBeGreaterThanOrEqual(REFRESH_EVERY_MS + 1_000 + 2_000);
  // As long as an isolate that hears nothing goes on by its copy (edge/copies.ts), which it may
  // have been told just before another process knew better.
  expect(BEACON_MARGIN_MS).toBeGreaterThanOrEqual(60_000 + STEP_MARGIN_MS);
  expect(REVEAL_AFTER_END_MS).toBeGreaterThanOrEqual(60_000 + STEP_MARGIN_MS);
});

test('a beacon may come until 65 s before the opening, and not a moment later', () => {
  const opensAtMs = 1_000_000;
  const plan = (nowMs: number) => planBeacon('x', { beacon: undefined, opensAtMs }, nowMs).kind;
  expect(plan(opensAtMs - BEACON_MARGIN_MS)).toBe('set');
  expect(plan(opensAtMs - BEACON_MARGIN_MS + 1)).toBe('conflict');
  expect(plan(opensAtMs)).toBe('conflict');
});
