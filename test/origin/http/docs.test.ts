/** The description of the API and its page, served by the origin itself without a foreign host. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DOCS_PATHS } from '../../../contract/docs-paths.ts';
import { openApiDocument } from '../../../contract/openapi.ts';
import { openShop, type Shop } from '../../flow/shop.ts';

let shop: Shop;
let url: string;
beforeAll(async () => {
  shop = await openShop('embedded');
  url = (await shop.startOrigin()).url;
});
afterAll(() => shop.close());

test('the document is the one made from the schemas', async () => {
  const response = await fetch(`${url}/openapi.json`);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.json()).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
});

test.each([...DOCS_PATHS])('%s, which the edge passes on, is served', async (path) => {
  const file = await fetch(`${url}${path}`);
  expect(file.status).toBe(200);
  expect((await file.text()).length).toBeGreaterThan(20);
});

test('the page and all that it asks for are there', async () => {
  const page = await fetch(`${url}/docs`);
  expect(page.headers.get('content-type')).toContain('text/html');
  const wanted = Array.from(
    (await page.text()).matchAll(/(?:src|href)="([^"]+)"/g),
    ([, at]) => at,
  );
  expect(wanted).toHaveLength(3);
  for (const path of wanted) {
    expect(path, 'nothing of another host').toMatch(/^\/docs\//);
    const file = await fetch(`${url}${path}`);
    expect(file.status, path).toBe(200);
    expect(file.headers.get('content-type')).toMatch(path?.endsWith('.css') ? 'css' : 'javascript');
    expect((await file.text()).length).toBeGreaterThan(20);
  }
});

test.each(['/docs/package.json', '/docs/..%2fpackage.json', '/docs/constructor', '/docs/nothing'])(
  'nothing else of the package is served: %s',
  async (path) => {
    expect((await fetch(`${url}${path}`)).status).toBe(404);
  },
);
