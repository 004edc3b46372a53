/** What widening a share and publishing a beacon promise, on every database. */
import { expect } from 'vitest';
import { toBase64Url } from '../../contract/base64url.ts';
import { systemClock } from '../../contract/clock.ts';
import { STEP_MARGIN_MS, shareAt } from '../../contract/draw.ts';
import { checkProof, drawProofSchema } from '../../contract/draw-proof.ts';
import { systemRandom } from '../../contract/random.ts';
import { BEACON_MARGIN_MS, publishBeacon } from '../../origin/draw/publish-beacon.ts';
import { widenShare } from '../../origin/draw/widen-share.ts';
import { nodeHashing } from '../../origin/hashing.ts';
import type { OrderBook, Sale } from '../../origin/settle/book.ts';
import { createOperatorStage, WATCH } from '../operator/operator.stage.ts';
import { saleOf } from '../origin/fakes.ts';

export interface DrawPromise {
  promise: string;
  check(book: OrderBook): Promise<void>;
}

const HOUR_MS = 3_600_000;

/** A sale of no other promise, that opens in an hour unless told otherwise. */
async function makeSale(book: OrderBook, change: Partial<Sale> = {}) {
  const nowMs = systemClock.nowMs();
  const sale = saleOf({
    saleId: `draw-${crypto.randomUUID().slice(0, 8)}`,
    seed: toBase64Url(systemRandom.bytes(32)),
    opensAtMs: nowMs + HOUR_MS,
    closesAtMs: nowMs + 2 * HOUR_MS,
    shareSteps: [{ atMs: 0, share: 0.1 }],
    ...change,
  });
  await book.createSale(sale);
  const { saleId } = sale;
  return {
    sale,
    saleId,
    async now() {
      const found = (await book.sales()).find((each) => each.saleId === saleId);
      if (found === undefined) throw new Error('the sale has gone');
      return found;
    },
  };
}

const running = () => ({ opensAtMs: systemClock.nowMs() - 1_000 });

export const drawPromises: readonly DrawPromise[] = [
  {
    promise: 'a wider share is stored some seconds before it begins, and the sale is newer by one',
    async check(book) {
      const { saleId, sale, now } = await makeSale(book, running());
      const beforeMs = systemClock.nowMs();
      expect(await widenShare(book, { saleId, share: 0.3 })).toEqual({ kind: 'changed' });
      const { shareSteps, version } = await now();
      expect(version).toBe(sale.version + 1);
      expect(shareSteps).toHaveLength(2);
      expect(shareSteps[0]).toEqual({ atMs: 0, share: 0.1 });
      const atMs = shareSteps[1]?.atMs ?? 0;
      expect(atMs).toBeGreaterThanOrEqual(beforeMs + STEP_MARGIN_MS - 1_000);
      expect(shareAt(shareSteps, atMs - 1)).toBe(0.1);
      expect(shareAt(shareSteps, atMs)).toBe(0.3);
    },
  },
  {
    promise: 'the same command again adds nothing, nor does a narrower one',
    async check(book) {
      const { saleId, now } = await makeSale(book, running());
      const atMs = systemClock.nowMs() + 60_000;
      await widenShare(book, { saleId, share: 0.5, atMs });
      const stored = await now();
      expect(await widenShare(book, { saleId, share: 0.5, atMs })).toEqual({ kind: 'already' });
      const narrower = await widenShare(book, { saleId, share: 0.4, atMs: atMs + 1 });
      expect(narrower).toEqual({
        kind: 'conflict',
        reason: expect.stringMatching(/never narrows/),
      });
      const none = await widenShare(book, { saleId, share: 0.05 });
      expect(none).toMatchObject({ kind: 'conflict' });
      expect(await now()).toEqual(stored);
      // Narrower than what comes, though wider than what is: an earlier step.
      expect(await widenShare(book, { saleId, share: 0.4 })).toEqual({ kind: 'changed' });
    },
  },
  {
    promise: 'of the same command ten times at once one adds a step',
    async check(book) {
      const { saleId, now } = await makeSale(book, running());
      const atMs = systemClock.nowMs() + 60_000;
      const wish = { saleId, share: 0.25, atMs };
      const replies = await Promise.all(Array.from({ length: 10 }, () => widenShare(book, wish)));
      const kinds = replies.map(({ kind }) => kind).sort();
      expect(kinds).toEqual([...Array(9).fill('already'), 'changed']);
      expect((await now()).shareSteps).toHaveLength(2);
    },
  },
  {
    promise: 'of many wider shares at once none is lost, and the share never narrows',
    async check(book) {
      const { saleId, now } = await makeSale(book, running());
      const atMs = systemClock.nowMs() + 60_000;
      const shares = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7];
      const replies = await Promise.all(
        shares.map((share, index) => widenShare(book, { saleId, share, atMs: atMs + index })),
      );
      expect(replies).toEqual(shares.map(() => ({ kind: 'changed' })));
      const { shareSteps, version } = await now();
      expect(version).toBe(1 + shares.length);
      shares.forEach((share, index) => {
        expect(shareAt(shareSteps, atMs + index)).toBe(share);
      });
    },
  },
  {
    promise: 'a sale that is over by then takes no step, one that is not there none either',
    async check(book) {
      const closesAtMs = systemClock.nowMs() + STEP_MARGIN_MS - 2_000;
      const { saleId } = await makeSale(book, { ...running(), closesAtMs });
      expect(await widenShare(book, { saleId, share: 1 })).toMatchObject({ kind: 'conflict' });
      const nobody = await widenShare(book, { saleId: 'nobody', share: 1 });
      expect(nobody).toEqual({ kind: 'unknown-sale' });
      const beacon = await publishBeacon(book, { saleId: 'nobody', beacon: 'x' });
      expect(beacon).toEqual({ kind: 'unknown-sale' });
    },
  },
  {
    promise: 'a beacon is published once, whatever it says, and stays',
    async check(book) {
      const { saleId, sale, now } = await makeSale(book);
      const beacon = '开奖号码 04 11 27 · drand #5081723 – “x”';
      expect(await publishBeacon(book, { saleId, beacon })).toEqual({ kind: 'changed' });
      const stored = await now();
      expect(stored).toMatchObject({ version: sale.version + 1, seed: sale.seed });
      expect(stored.beacon?.value).toBe(beacon);
      expect(Math.abs((stored.beacon?.atMs ?? 0) - systemClock.nowMs())).toBeLessThan(60_000);
      expect(await publishBeacon(book, { saleId, beacon })).toEqual({ kind: 'already' });
      const other = await publishBeacon(book, { saleId, beacon: `${beacon}!` });
      expect(other).toMatchObject({ kind: 'conflict' });
      await book.changeSale(saleId, { opensAtMs: 0 });
      expect(await publishBeacon(book, { saleId, beacon })).toEqual({ kind: 'already' });
      expect((await now()).beacon).toEqual(stored.beacon);
    },
  },
  {
    promise: 'of two beacons at once one is the sale’s',
    async check(book) {
      const { saleId, now } = await makeSale(book);
      const texts = Array.from({ length: 8 }, (_, index) => `text ${index}`);
      const replies = await Promise.all(
        texts.map((beacon) => publishBeacon(book, { saleId, beacon })),
      );
      const changed = texts.filter((_, index) => replies[index]?.kind === 'changed');
      expect(changed).toEqual([(await now()).beacon?.value]);
    },
  },
  {
    promise: 'a beacon comes too late once the sale has opened, or within the margin',
    async check(book) {
      for (const opensInMs of [-1, BEACON_MARGIN_MS - 2_000]) {
        const opensAtMs = systemClock.nowMs() + opensInMs;
        const { saleId, now } = await makeSale(book, { opensAtMs });
        const late = await publishBeacon(book, { saleId, beacon: 'x' });
        expect(late).toMatchObject({ kind: 'conflict' });
        expect(await now()).toMatchObject({ version: 1, beacon: undefined });
      }
    },
  },
  {
    promise: 'the operator API does both, shows the proof, and keeps a record of it',
    async check(book) {
      const stage = createOperatorStage(book);
      const { saleId, sale } = await makeSale(book);
      const path = `/operator/sales/${saleId}/draw`;
      const shown = await stage.ask('GET', path, { token: WATCH });
      const proof = drawProofSchema.strict().parse(shown.body);
      expect(proof.seedHash).toBe(
        toBase64Url(nodeHashing.sha256(Buffer.from(sale.seed, 'base64url'))),
      );
      expect(checkProof(nodeHashing, proof, proof.seedHash)).toEqual({ kind: 'sealed' });
      expect(JSON.stringify(shown.body)).not.toContain(sale.seed);

      const widened = await stage.ask('POST', `${path}/share`, { body: { share: 0.5 } });
      expect(widened.short).toBe('200');
      expect(drawProofSchema.parse(widened.body).shareSteps.map(({ share }) => share)).toEqual([
        0.1, 0.5,
      ]);
      const sealed = await stage.ask('POST', `${path}/beacon`, { body: { beacon: 'round 7' } });
      expect(drawProofSchema.parse(sealed.body)).toMatchObject({
        seedHash: proof.seedHash,
        beacon: { value: 'round 7' },
      });
      const narrower = await stage.ask('POST', `${path}/share`, { body: { share: 0.2 } });
      expect(narrower.short).toBe('409 conflict');
      const changes = await stage.changesOf(saleId);
      expect(changes.map(({ action, outcome, details }) => [action, outcome, details])).toEqual([
        ['sale.draw.share', 'refused', { body: { share: 0.2 } }],
        ['sale.draw.beacon', 'done', { body: { beacon: 'round 7' } }],
        ['sale.draw.share', 'done', { body: { share: 0.5 } }],
      ]);
    },
  },
  {
    promise: 'the operator API refuses what is no share, no beacon, no sale, and a viewer',
    async check(book) {
      const stage = createOperatorStage(book);
      const { saleId, now } = await makeSale(book);
      const path = `/operator/sales/${saleId}/draw`;
      for (const body of [
        {},
        { share: 1.01 },
        { share: -0.1 },
        { share: '1' },
        { share: 1, at: 'x' },
      ]) {
        const { short } = await stage.ask('POST', `${path}/share`, { body });
        expect(short, JSON.stringify(body)).toBe('400 invalid-request');
      }
      const texts = ['', ' x', 'x\n', 'a\u0000b', 'a\u202eb', 'a\ud800', 'x'.repeat(201)];
      for (const beacon of texts) {
        const { short } = await stage.ask('POST', `${path}/beacon`, { body: { beacon } });
        expect(short, JSON.stringify(beacon)).toBe('400 invalid-request');
      }
      for (const saleIdOfNone of ['nobody', 'NO.SALE']) {
        const { short } = await stage.ask('POST', `/operator/sales/${saleIdOfNone}/draw/share`, {
          body: { share: 1 },
        });
        expect(short).toBe('404 unknown-sale');
      }
      const viewer = await stage.ask('POST', `${path}/share`, { token: WATCH, body: { share: 1 } });
      expect(viewer.short).toBe('403 needs-operator');
      expect(await now()).toMatchObject({ version: 1, beacon: undefined });
    },
  },
];
