/**
 * Every documented route, asked with requests made out of the document, good and bad: no answer is
 * undocumented, no body has another shape or type than the document says, and what the document
 * forbids is refused. Any 5xx fails here, documented or not: a thrown error is answered as 503.
 * `FUZZ_EXAMPLES=500 FUZZ_SEED=1` asks more, and again the same.
 */
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSale } from '../flow/sale.ts';
import { openShop, type Shop } from '../flow/shop.ts';
import { createEdgeStandIn } from '../origin/http/edge-stand-in.ts';
import { installSchemathesis } from './schemathesis.ts';
import { type SigningProxy, startSigningProxy } from './signing-proxy.ts';

const EXAMPLES = process.env.FUZZ_EXAMPLES ?? '10';
const SEED = process.env.FUZZ_SEED ?? String(randomInt(1_000_000));
const RUN_LIMIT_MS = 600_000;
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
];
/** The edge answers these by itself. */
const AT_THE_EDGE = ['/api/clock', '/api/human', '/api/sales', '/api/sales/{saleId}'];
/** An answer that never ends; test/console reads it. */
const STREAMS = ['/operator/sales/{saleId}/live'];

const schemathesis = await installSchemathesis();
if (schemathesis === undefined && process.env.CI) {
  throw new Error('schemathesis cannot be installed: python3 with venv and PyPI are needed');
}
const skipped = schemathesis === undefined ? ' (skipped: no python3 or no package index)' : '';

describe.skipIf(schemathesis === undefined)(`the HTTP API under a fuzzer${skipped}`, () => {
  let shop: Shop;
  let proxy: SigningProxy;
  let originUrl: string;

  beforeAll(async () => {
    shop = await openShop('embedded');
    ({ url: originUrl } = await shop.startOrigin());
    await shop.startSandbox(`${originUrl}/api/payments/sandbox/events`);
    const sales = [
      { saleId: 'many', units: 1_000, perBuyer: 100, waitlistCap: 100 },
      { saleId: 'one', units: 1, waitlistCap: 100 },
      { saleId: 'spare', units: 100 },
      { saleId: 'soon', opensAt: '2100-01-01T00:00:00.000Z', closesAt: '2100-01-02T00:00:00.000Z' },
    ];
    for (const sale of sales) await openSale(shop, sale);
    const passKeys = shop.environment.PASS_KEYS ?? '';
    const edge = createEdgeStandIn({ originUrl, passKeys, saleId: 'many' });
    const orderIds: string[] = [];
    for (const buyerId of ['fuzz-1', 'fuzz-2', 'fuzz-3', 'other-4']) {
      const { body } = await edge.send({ buyerId, idempotencyKey: `first-click-of-${buyerId}` });
      orderIds.push(body.orderId);
    }
    const saleIds = sales.map(({ saleId }) => saleId);
    proxy = await startSigningProxy({
      originUrl,
      passKeys,
      saleIds,
      spareSaleId: 'spare',
      orderIds,
    });
  });
  afterAll(async () => {
    await proxy?.close();
    await shop?.close();
  });

  test('answers what the document says, and never breaks', { timeout: RUN_LIMIT_MS }, async () => {
    const { passed, output } = (await schemathesis?.run([
      `${proxy.url}/openapi.json`,
      ...['--url', proxy.url],
      ...['--checks', CHECKS.join(',')],
      ...['--max-examples', EXAMPLES, '--seed', SEED, '--phases', 'examples,coverage,fuzzing'],
      ...['-H', `Authorization: Bearer ${shop.environment.OPERATOR_TOKEN}`],
      ...[...AT_THE_EDGE, ...STREAMS].flatMap((path) => ['--exclude-path', path]),
      ...['--no-color', '--continue-on-failure'],
    ])) ?? { passed: false, output: '' };
    const counts = JSON.stringify(Object.fromEntries(proxy.counts), undefined, 1);
    expect(passed, `FUZZ_SEED=${SEED}\n${output}\n${counts}`).toBe(true);
    // It got past the first checks, and came to many different answers.
    for (const name of ['200', '400 /problems/invalid-request']) {
      expect(proxy.counts.get(name) ?? 0, `${name} of ${counts}`).toBeGreaterThan(0);
    }
    expect(proxy.counts.size, counts).toBeGreaterThan(8);
  });
});
