/**
 * Requests that two HTTP servers in a row could read in two ways, written byte by byte at the
 * edge's server and at the origin's: what hides behind one is never taken for a request of its own.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRaw, orderHead, sendRaw, sendRawToTheEnd, untilSilent } from './raw.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
let edgeUrl: string;
let token: string;

beforeAll(async () => {
  stage = await openStage();
  [edgeUrl = ''] = stage.edgeUrls;
  token = await stage.tokenOf('smuggler');
  await stage.openSale({ saleId: 'phone', units: 100, perBuyer: 2 });
});
afterAll(() => stage?.close());

/** An order without its body's headers. */
const order = (key = 'click-0001') => orderHead({ token, key });
const CHUNKED = 'transfer-encoding: chunked\r\n';
const CLOCK = 'GET /api/clock HTTP/1.1\r\nhost: shop.test\r\n\r\n';
/** What hides: were it read as a request, the origin would hear of its key. */
const HIDDEN_KEY = 'hidden-0001';
const hidden = () => `${order(HIDDEN_KEY)}content-length: 2\r\n\r\n{}`;

type Shape = [name: string, bytesOf: () => string];

/** Refused by every server on the way. */
const REFUSED: Shape[] = [
  ['two lengths', () => `${order()}content-length: 2\r\ncontent-length: 400\r\n\r\n{}${hidden()}`],
  ['a length with a sign', () => `${order()}content-length: +2\r\n\r\n{}${hidden()}`],
  ['a length below nothing', () => `${order()}content-length: -1\r\n\r\n{}${hidden()}`],
  ['a length in hexadecimal', () => `${order()}content-length: 0x2\r\n\r\n{}${hidden()}`],
  ['a length past all numbers', () => `${order()}content-length: ${'9'.repeat(30)}\r\n\r\n{}`],
  ['a length of two numbers', () => `${order()}content-length: 2, 400\r\n\r\n{}${hidden()}`],
  ['an unknown coding', () => `${order()}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n${hidden()}`],
  [
    'a space before the colon',
    () => `${order()}transfer-encoding : chunked\r\n\r\n0\r\n\r\n${hidden()}`,
  ],
  [
    'chunked and then identity',
    () => `${order()}${CHUNKED}transfer-encoding: identity\r\n\r\n0\r\n\r\n${hidden()}`,
  ],
  [
    'a folded header',
    () => `${order()}x: a\r\n sluice-pass: b\r\ncontent-length: 2\r\n\r\n{}${hidden()}`,
  ],
  ['a folded coding', () => `${order()}transfer-encoding:\r\n chunked\r\n\r\n0\r\n\r\n${hidden()}`],
  ['a bare carriage return', () => `${order()}x: a\rsluice-pass: b\r\ncontent-length: 2\r\n\r\n{}`],
  ['a null byte in a header', () => `${order()}x: a\u0000b\r\ncontent-length: 2\r\n\r\n{}`],
  ['a null byte in the path', () => `GET /api/sales/a\u0000b HTTP/1.1\r\nhost: a\r\n\r\n`],
  [
    'a chunk of no length',
    () => `${order()}transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
  ],
  ['HTTP/0.9', () => 'GET /api/clock\r\n\r\n'],
  ['another protocol', () => '\u0016\u0003\u0001\u0000\u0001\r\n\r\n'],
];

/** Taken or not, by the standard; what counts is that nothing follows on the connection. */
const CLOSED: Shape[] = [
  [
    'a length and chunks',
    () => `${order()}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${hidden()}`,
  ],
  [
    'chunks and a short length',
    () => `${order()}${CHUNKED}content-length: 3\r\n\r\n2\r\n{}\r\n0\r\n\r\n${hidden()}`,
  ],
];

describe.each([
  ['the edge', () => edgeUrl],
  ['the origin', () => stage.originUrl],
])('%s', (_name, urlOf) => {
  async function answersTo(bytes: string, { closes = true } = {}) {
    const raw = Buffer.from(bytes, 'latin1');
    const client = await (closes ? sendRawToTheEnd(urlOf(), raw) : sendRaw(urlOf(), raw, 200));
    const keys = stage.border.crossings.map(({ headers }) => headers['idempotency-key']);
    expect(keys).not.toContain(HIDDEN_KEY);
    return client;
  }

  test.each(REFUSED)('refuses %s, and closes', async (_shape, bytesOf) => {
    const client = await answersTo(bytesOf());
    expect(client.received()).toMatch(/^(HTTP\/1\.[01] (4\d\d|501) |$)/);
    expect(client.statuses().length).toBeLessThanOrEqual(1);
    expect(client.isClosed()).toBe(true);
  });

  test.each(CLOSED)('reads nothing behind %s', async (_shape, bytesOf) => {
    const client = await answersTo(bytesOf());
    expect(client.statuses()).toHaveLength(1);
    expect(client.isClosed()).toBe(true);
  });

  test.each(['TRACE', 'CONNECT', 'BREW', 'post', 'PRI'])('does nothing for %s', async (method) => {
    const secret = 'cookie: session=secret\r\n';
    const request = `${method} /api/sales/phone/orders HTTP/1.1\r\nhost: a\r\n${secret}\r\n`;
    const client = await answersTo(request, { closes: false });
    expect(client.received()).toMatch(/^(HTTP\/1\.1 [45]\d\d |$)/);
    // TRACE would send cookies back that scripts cannot read.
    expect(client.received()).not.toContain('secret');
    expect(stage.border.orders().filter(({ method: asked }) => asked !== 'POST')).toEqual([]);
  });

  test.each([
    'a/edge/sales/phone?x=',
    'a/operator/sales#',
    'user:secret@127.0.0.1',
    '127.0.0.1:99999',
    '[::1',
    'a b',
    '..',
    '',
  ])('takes no path out of the host "%s"', async (host) => {
    const request = `GET /api/sales/phone/orders/mine HTTP/1.1\r\nhost: ${host}\r\n\r\n`;
    const client = await answersTo(request, { closes: false });
    expect(client.received()).not.toMatch(/"seed"|"stockLeft"|node_modules/);
    expect(client.received()).toMatch(/^HTTP\/1\.1 (?!2)/);
  });

  test('upgrades to nothing', async () => {
    const upgrade = 'connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMA';
    const request = `GET /api/clock HTTP/1.1\r\nhost: a\r\n${upgrade}\r\n\r\n`;
    expect((await answersTo(request, { closes: false })).received()).not.toMatch(/^HTTP\/1\.1 101/);
  });

  test.each([
    ['one of 1 MB', `x: ${'a'.repeat(1_000_000)}\r\n`],
    ['100,000 of them', 'x: y\r\n'.repeat(100_000)],
    ['cookies of 1 MB', `cookie: ${'a=b; '.repeat(200_000)}\r\n`],
  ])('refuses a flood of headers: %s', async (_flood, headers) => {
    const client = await answersTo(`GET /api/clock HTTP/1.1\r\nhost: a\r\n${headers}\r\n`);
    // A reset takes the answer with it when the client is still sending.
    expect(client.received()).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
    expect(client.isClosed()).toBe(true);
  });
});

describe('the edge', () => {
  test('answers pipelined clicks one by one, all with the one order', async () => {
    const click = `${order('pipelined-1')}content-length: 2\r\n\r\n{}`;
    const client = await sendRaw(edgeUrl, `${click}${click}${click}${CLOCK}`, 1_000);
    expect(client.statuses()).toHaveLength(4);
    expect(client.statuses().every((status) => status < 300)).toBe(true);
    const ids = Array.from(client.received().matchAll(/"orderId":"([^"]+)"/g), ([, id]) => id);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
  });

  test('lets no header through behind a body', async () => {
    const trailers = 'sluice-pass: x\r\nidempotency-key: trailer-0001\r\n\r\n';
    const chunked = `${order()}transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n${trailers}`;
    const client = await sendRaw(edgeUrl, chunked, 500);
    expect(client.statuses()).toHaveLength(1);
    const keys = stage.border.crossings.map(({ headers }) => headers['idempotency-key']);
    expect(keys).not.toContain('trailer-0001');
  });

  test.each([
    ['SLUICE-PASS: v1.t1.1.a.somebody', 'sluice_pass: v1.t1.1.a.somebody'],
    ['Connection: sluice-pass, idempotency-key', 'X-Forwarded-For: 127.0.0.1'],
    ['CF-Connecting-IP: 127.0.0.1', 'Host: origin.elsewhere'],
  ])('tells the origin nothing of %s and %s', async (first, second) => {
    const before = stage.border.orders().length;
    const request = `${order()}${first}\r\n${second}\r\ncontent-length: 2\r\n\r\n{}`;
    await sendRaw(edgeUrl, request, 200);
    const told = stage.border.orders().slice(before);
    for (const { headers } of told) {
      const own = ['content-type', 'idempotency-key', 'sluice-pass'];
      const wire = ['host', 'content-length', 'connection', 'cf-worker'];
      const names = Object.keys(headers).filter((name) => ![...own, ...wire].includes(name));
      expect(names).toEqual([]);
      expect(headers['sluice-pass']).toMatch(/\.smuggler$/);
    }
  });

  test.each([
    ['dots', '/api/sales/../../operator/sales'],
    ['encoded dots', '/api/sales/%2e%2e/%2e%2e/operator/sales'],
    ['the edge’s own questions', '/edge/sales/phone'],
    ['double slashes', '//edge//sales//phone'],
    ['another host', 'http://127.0.0.1/operator/sales'],
    ['a user', 'http://a:b@127.0.0.1/operator/sales'],
    ['another protocol', 'file:///etc/passwd'],
    ['a star', '*'],
    ['bytes that are no ASCII', '/api/sales/\u00e9'],
    ['a path of 60 kB', `/api/sales/${'a'.repeat(60_000)}`],
  ])('a target with %s comes to nothing', async (_name, target) => {
    const before = stage.border.crossings.length;
    const request = `GET ${target} HTTP/1.1\r\nhost: a\r\nauthorization: ${token}\r\n\r\n`;
    const client = await sendRaw(edgeUrl, Buffer.from(request, 'latin1'), 150);
    // The start page is for everybody.
    expect(client.received()).not.toMatch(/^HTTP\/1\.1 2[\s\S]*application\/json/);
    expect(client.received()).not.toMatch(/node_modules|\.ts:|\.js:/);
    expect(stage.border.crossings.slice(before)).toEqual([]);
  });

  test('lives after all of this, and its smuggler has one order', async () => {
    const { body, status } = await stage.click({ saleId: 'phone', buyerId: 'smuggler' });
    expect(status).toBe(200);
    const known = openRaw(edgeUrl);
    known.socket.write(
      `GET /api/sales/phone/orders/mine HTTP/1.1\r\nhost: a\r\nauthorization: ${token}\r\n\r\n`,
    );
    await untilSilent(known, 300);
    expect(known.received()).toContain(body.orderId);
  });
});
