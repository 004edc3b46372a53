/**
 * The pages from the real edge: the headers that the browser tests serve them with are the real
 * ones, parts are kept for a year, pages are looked up again, and what is not there is said nicely.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EdgeStage, openEdgeStage } from './edge.stage.ts';
import { fileAt, headersFor } from './page.files.ts';

describe('the real edge', () => {
  let stage: EdgeStage;
  beforeAll(async () => {
    stage = await openEdgeStage();
  });
  afterAll(() => stage.close());

  const get = (path: string, headers = {}) =>
    fetch(stage.url + path, { headers, redirect: 'manual' });

  it('sends each page and part with the headers of `_headers`', async () => {
    const page = await (await get('/s/demo')).text();
    const parts = [...page.matchAll(/(?:src|href)="(\/v\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(parts.length).toBeGreaterThan(8);
    for (const path of ['/s/demo', '/orders', '/', '/v/12345678/sale.js', '/sale.js', ...parts]) {
      const { status, headers } = await get(path);
      expect(status, path).toBe(200);
      expect(Object.fromEntries(headers), path).toMatchObject(headersFor(path));
      for (const name of ['content-security-policy', 'x-frame-options', 'referrer-policy']) {
        expect(headers.has(name), `${name} of ${path}`).toBe(!path.startsWith('/v/'));
      }
    }
  });

  it('serves the parts that the page’s tests serve', async () => {
    const page = await (await get('/s/demo')).text();
    const [, script = ''] = /src="(\/v\/[^"]+)"/.exec(page) ?? [];
    expect(script).toMatch(/sale\.js$/);
    const { gunzipSync } = await import('node:zlib');
    const expected = gunzipSync(fileAt(script)?.body ?? Buffer.alloc(0)).toString();
    expect(await (await get(script)).text()).toBe(expected);
  });

  it('sends a page that has not changed as 304', async () => {
    const etag = (await get('/s/demo')).headers.get('etag') ?? '';
    const again = await get('/s/demo', { 'if-none-match': etag });
    expect(again.status).toBe(304);
  });

  it('says of an address that has nothing that it has nothing, under the same policy', async () => {
    const answer = await get('/nothing/here');
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('There is nothing here');
    expect(answer.headers.get('content-security-policy')).toBe(
      headersFor('/nothing/here')['content-security-policy'],
    );
  });
});
