/**
 * Files are served as Workers assets serves them: the same folder behind `wrangler dev`, whose
 * router and assets are Cloudflare's own code, and behind ours, asked for the same things.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseHeaders, parseRedirects, readAssets } from '../../cli/edge/assets.ts';
import { inFrontOf, type Worker } from '../../cli/edge/front.ts';
import { pause } from '../../origin/timer.ts';
import { freePort } from '../flow/shop.ts';

const WORKER_FIRST = ['/api/*', '/docs'];
const TYPED = [
  'data.json',
  'photo.png',
  'photo.webp',
  'photo.jpg',
  'font.woff2',
  'site.webmanifest',
  'module.mjs',
  'feed.xml',
  'robots.txt',
  'a.pdf',
  'a.wasm',
  'a.js.map',
  'a.avif',
  'a.mp4',
];
const FILES: Record<string, string> = {
  'index.html': '<p>start</p>',
  'sale.html': '<p>sale</p>',
  'shop/index.html': '<p>shop</p>',
  'shop/404.html': '<p>not in the shop</p>',
  '404.html': '<p>nothing</p>',
  'a b.js': 'export {};',
  'style.css': 'p { color: red; }',
  'picture.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  plain: 'no type',
  ...Object.fromEntries(TYPED.map((name) => [name, name])),
  'api/file.txt': 'hidden by the Worker',
  _redirects: [
    '# what is short leads on',
    '/s/:saleId /sale 200',
    '/s/special /style.css 302',
    '/old/* /new/:splat 301',
    '/away https://shop.example/x?y=1',
    '/gone /nowhere 200',
    '/plain-rule /sale',
  ].join('\n'),
  _headers: [
    '/*',
    '  X-All: one',
    '  Cache-Control: public, max-age=60',
    '/s/*',
    '  X-All: two',
    '  ! Cache-Control',
    '/:name.css',
    '  X-Css: yes',
  ].join('\n'),
};
const WORKER = `export default { fetch: (request) =>
  new Response('worker ' + new URL(request.url).pathname) };`;

const folder = mkdtempSync(join(tmpdir(), 'sluice-assets-'));
let wrangler: ChildProcess | undefined;
let url: string;

beforeAll(async () => {
  for (const [path, text] of Object.entries(FILES)) write(join('files', path), text);
  write('worker.js', WORKER);
  const assets = {
    directory: 'files',
    run_worker_first: WORKER_FIRST,
    not_found_handling: '404-page',
  };
  const config = { name: 'assets', main: 'worker.js', compatibility_date: '2026-10-01', assets };
  write('wrangler.json', JSON.stringify(config));
  const port = String(await freePort());
  url = `http://127.0.0.1:${port}`;
  const args = ['dev', '--config', join(folder, 'wrangler.json'), '--port', port];
  wrangler = spawn('wrangler', [...args, '--inspector-port', '0', '--log-level', 'error'], {
    env: { ...process.env, CI: 'true', WRANGLER_SEND_METRICS: 'false' },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
  const answers = () =>
    fetch(url)
      .then((answer) => answer.ok)
      .catch(() => false);
  while (!(await answers())) await pause(100);
}, 180_000);

afterAll(async () => {
  if (wrangler?.pid !== undefined) {
    process.kill(-wrangler.pid, 'SIGTERM');
    await once(wrangler, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** What a browser and a cache go by. */
const COMPARED = ['location', 'content-type', 'cache-control', 'x-all', 'x-css'];

async function shown(response: Response) {
  const headers = COMPARED.map((name) => [name, response.headers.get(name)]);
  const hasTag = response.headers.has('etag');
  const body = await response.text();
  return { status: response.status, hasTag, body, ...Object.fromEntries(headers) };
}

async function ours(path: string, init?: RequestInit): Promise<Response> {
  const worker: Worker = {
    fetch: ({ url: asked }) => new Response(`worker ${new URL(asked).pathname}`),
  };
  const assets = readAssets(join(folder, 'files'));
  const front = inFrontOf(worker, { workerFirst: WORKER_FIRST, assets });
  return front.fetch(new Request(`${url}${path}`, init), {}, {});
}

const theirs = (path: string, init?: RequestInit) =>
  fetch(`${url}${path}`, { redirect: 'manual', ...init });

describe('the same as Workers assets', () => {
  test.each([
    '/',
    '/?a=1',
    '/index.html',
    '/index',
    '/sale',
    '/sale?a=1',
    '/sale.html?a=1',
    '/sale/',
    '/s%61le',
    '/shop',
    '/shop/',
    '/shop/index.html',
    '/shop/index',
    '/shop/nothing',
    '/shop/deeper/nothing',
    '/nothing',
    '/nothing/',
    '/n%6fthing',
    '/404',
    '/404.html',
    '/a%20b.js',
    '/style.css',
    '/style.css/',
    '/picture.svg',
    '/plain',
    '/_redirects',
    '/_headers',
    '/s/phone',
    '/s/phone/',
    '/s/special',
    '/s/',
    '/old/a/b?c=d',
    '/away',
    '/gone',
    '/plain-rule?x=1',
    '/api/file.txt',
    '/api/',
    '/api',
    '/docs',
    '/docs/',
    '/docsome',
    '//sale',
    '/%E0%A4%A',
    ...TYPED.map((name) => `/${name}`),
  ])('%s', async (path) => {
    expect(await shown(await ours(path))).toEqual(await shown(await theirs(path)));
  });

  test.each([
    ['/sale', { method: 'HEAD' }],
    ['/nothing', { method: 'HEAD' }],
    ['/sale', { method: 'POST' }],
    ['/sale.html', { method: 'DELETE' }],
    ['/nothing', { method: 'PUT' }],
    ['/api/orders', { method: 'POST' }],
    ['/sale', { headers: { authorization: 'Bearer x' } }],
    ['/nothing', { headers: { 'sec-fetch-mode': 'navigate' } }],
  ])('%s %o', async (path, init) => {
    expect(await shown(await ours(path, init))).toEqual(await shown(await theirs(path, init)));
  });

  test('what the browser has already is 304, by either form of its tag', async () => {
    for (const ask of [ours, theirs]) {
      const etag = (await ask('/sale')).headers.get('etag') ?? '';
      for (const known of [etag, `W/${etag}`, '"another"']) {
        const answer = await ask('/sale', { headers: { 'if-none-match': known } });
        expect(answer.status).toBe(known === '"another"' ? 200 : 304);
        expect(answer.headers.get('etag')).toBe(etag);
      }
    }
  });
});

test('a rule that is not understood stops the start', () => {
  expect(() => parseRedirects('/a /b 200 Country=cn')).toThrow('not understood: /a /b 200');
  expect(() => parseRedirects('/a /b 700')).toThrow('not understood');
  expect(() => parseRedirects('https://a.example/ /b')).toThrow('not understood');
  expect(() => parseHeaders('X-Lost: without a path')).toThrow('not understood: X-Lost');
});
