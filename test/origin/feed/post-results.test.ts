/** One post to the edge: signed, tried again a little, and never more. */
import { expect, test } from 'vitest';
import { feedBatchSchema, resultsPath } from '../../../contract/feed.ts';
import { createPassKeeper, PASS_HEADER } from '../../../contract/pass.ts';
import { createPostResults } from '../../../origin/feed/post-results.ts';
import { nodeHashing } from '../../../origin/hashing.ts';
import { memoryLogger } from '../fakes.ts';

const passes = createPassKeeper(nodeHashing, [{ id: 'k1', secret: new Uint8Array(32).fill(1) }]);
const NOW_MS = 1_000_000;
const RESULT = {
  buyerId: 'ann',
  order: {
    orderId: 'q83vASNFZ4mrze8BI0VniQ',
    saleId: 'phone',
    state: 'reserved',
    quantity: 1,
  } as const,
};

function poster(answers: (number | Error)[]) {
  const sent: { url: string; init: RequestInit }[] = [];
  const { logger, lines } = memoryLogger();
  const post = createPostResults({
    edgeUrl: 'https://shop.example/',
    passes,
    fetch: async (url, init = {}) => {
      sent.push({ url: String(url), init });
      const answer = answers.shift() ?? 200;
      if (answer instanceof Error) throw new TypeError('fetch failed', { cause: answer });
      return new Response(null, { status: answer });
    },
    nowMs: () => NOW_MS,
    logger,
  });
  return { post: () => post('phone', [RESULT]), sent, lines };
}

test('it is signed for this path and body, for nobody, and follows no redirect', async () => {
  const { post, sent } = poster([200]);
  expect(await post()).toEqual({ kind: 'posted' });
  const [{ url, init } = { url: '', init: {} }] = sent;
  expect(url).toBe('https://shop.example/api/sales/phone/results');
  expect([init.method, init.redirect]).toEqual(['POST', 'manual']);
  const body = String(init.body);
  expect(feedBatchSchema.parse(JSON.parse(body))).toEqual({ results: [RESULT] });
  const claims = { method: 'POST', path: resultsPath('phone'), body, idempotencyKey: '' };
  const pass = new Headers(init.headers).get(PASS_HEADER) ?? undefined;
  expect(passes.verify(pass, claims, NOW_MS)).toMatchObject({ kind: 'valid', buyerId: '' });
  const elsewhere = { ...claims, path: resultsPath('tv') };
  expect(passes.verify(pass, elsewhere, NOW_MS)).toMatchObject({ kind: 'invalid' });
});

test('an edge that fails once is asked once more, and no more than that', async () => {
  const once = poster([503]);
  expect(await once.post()).toEqual({ kind: 'posted' });
  const lost = poster([new Error('connection reset'), 200]);
  expect(await lost.post()).toEqual({ kind: 'posted' });
  const gone = poster([500, new Error('no route')]);
  expect(await gone.post()).toEqual({ kind: 'away', reason: 'no route' });
  expect([once, lost, gone].map(({ sent }) => sent.length)).toEqual([2, 2, 2]);
});

test('what the edge refuses is not sent again, and said once', async () => {
  const { post, sent, lines } = poster([403, 302, 200, 400]);
  expect(await post()).toEqual({ kind: 'refused', reason: 'status 403' });
  expect(await post()).toMatchObject({ kind: 'refused' });
  expect(lines).toHaveLength(1);
  expect(await post()).toEqual({ kind: 'posted' });
  expect(await post()).toMatchObject({ kind: 'refused' });
  expect([sent.length, lines.length]).toEqual([4, 2]);
});
