/** What the record says of a request: from route and body alone, bounded, without secrets. */
import { describe, expect, test } from 'vitest';
import { type ChangingRequest, describeChange } from '../../../origin/operator/changes-describe.ts';

const described = (change: Partial<ChangingRequest>) =>
  describeChange({
    method: 'POST',
    route: '/operator/sales/:saleId/pause',
    path: '/operator/sales/phone/pause',
    query: {},
    body: '',
    ...change,
  });
const detailsOf = (change: Partial<ChangingRequest>) => JSON.parse(described(change).details);

describe('the action and what it is about', () => {
  test.each([
    ['POST', '/operator/sales', '/operator/sales', 'sale.create', ''],
    ['POST', '/operator/sales/:saleId/pause', '/operator/sales/phone/pause', 'sale.pause', 'phone'],
    ['POST', '/operator/sales/:saleId/top-up', '/operator/sales/a-1/top-up', 'sale.top-up', 'a-1'],
    ['POST', '/operator/orders/:orderId/refund', '/operator/orders/x/refund', 'order.refund', 'x'],
    ['POST', '/operator/deliveries/replay', '/operator/deliveries/replay', 'delivery.replay', ''],
    [
      ...([
        'POST',
        '/operator/dead-letters/:id/replay',
        '/operator/dead-letters/7/replay',
      ] as const),
      ...(['dead-letter.replay', '7'] as const),
    ],
    ['DELETE', '/operator/sales/:saleId', '/operator/sales/phone', 'sale.delete', 'phone'],
    ['PUT', '/operator/a/:b/c/:d', '/operator/a/1/c/2', 'a.c.put', '1/2'],
    ['PURGE', '/operator/sales/:saleId', '/operator/sales/phone', 'sale.purge', 'phone'],
  ])('%s %s', (method, route, path, action, target) => {
    expect(described({ method, route, path })).toMatchObject({ action, target });
  });

  test('are known of a new sale by its body, and of no route by the path', () => {
    const create = { route: '/operator/sales', path: '/operator/sales' };
    expect(described({ ...create, body: '{"saleId":"phone"}' }).target).toBe('phone');
    for (const body of ['{"saleId":7}', '[]', 'null', '"phone"', '{"id":"x"}', '{']) {
      expect(described({ ...create, body }).target, body).toBe('');
    }
    expect(described({ route: undefined, path: '/operator/nothing' })).toMatchObject({
      action: 'unknown-route',
      target: '/operator/nothing',
    });
  });

  test.each(['a\nb', '\u001b[2J', '手机', 'a b', '\ud800', '\u202ephone'])(
    'are one line of ASCII (%j)',
    (saleId) => {
      for (const each of [
        described({ path: `/operator/sales/${saleId}/pause` }),
        described({ route: '/operator/sales', body: JSON.stringify({ saleId }) }),
      ]) {
        expect(each.target).toMatch(/^[\x21-\x7e]+$/);
      }
    },
  );

  test('fit their columns', () => {
    const long = 'x'.repeat(500);
    const { action, target } = described({
      route: `/operator/sales/:saleId/${long}`,
      path: `/operator/sales/${'手'.repeat(100)}/${long}`,
    });
    expect([action.length, target.length]).toEqual([64, 128]);
  });
});

describe('the details', () => {
  test('are the body and the query, each when there is one', () => {
    expect(detailsOf({})).toEqual({});
    expect(detailsOf({ body: '{}' })).toEqual({});
    expect(detailsOf({ body: '{"units":5}' })).toEqual({ body: { units: 5 } });
    expect(detailsOf({ query: { all: 'true' } })).toEqual({ query: { all: 'true' } });
  });

  test.each([
    'secret',
    'webhookSecret',
    'token',
    'operator_token',
    'Password',
    'api_key',
    'apiKey',
  ])('are without a %s, at any depth', (name) => {
    const body = JSON.stringify({
      [name]: 'hidden',
      deep: [{ [name]: { all: 'hidden' } }],
      kept: 1,
    });
    const text = described({ body, query: { [name]: 'hidden' } }).details;
    expect(text).not.toContain('hidden');
    expect(JSON.parse(text).body).toMatchObject({ [name]: '[left out]', kept: 1 });
  });

  test('of what is no JSON, or too large, say only that', () => {
    expect(detailsOf({ body: '{"token":"hidden"' })).toEqual({ body: '[no JSON]' });
    expect(detailsOf({ body: undefined })).toEqual({ body: '[too large]' });
  });

  test('are cut, and are JSON all the same', () => {
    const ids = Array.from({ length: 100 }, (_, index) => `${index}`.padStart(60, '0'));
    const details = detailsOf({ body: JSON.stringify({ ids }) });
    expect(Object.keys(details)).toEqual(['cut']);
    expect(details.cut).toHaveLength(2_000);
    expect(details.cut.startsWith('{"body":{"ids":["000')).toBe(true);
    const pairs = detailsOf({ body: JSON.stringify({ title: '📱'.repeat(1_500) }) });
    expect(pairs.cut).toHaveLength(2_000);
  });

  test('of a body as deep as one can be', () => {
    const body = `${'['.repeat(4_096)}${']'.repeat(4_096)}`;
    expect(JSON.stringify(detailsOf({ body }))).toContain('[too deep]');
  });
});
