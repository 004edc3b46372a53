/**
 * `/openapi.json`, made from the zod schemas, and a page that shows it at `/docs` (swagger-ui-dist,
 * served from the installed package: no network, no script of another host).
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Hono } from 'hono';
import { openApiDocument } from '../../contract/openapi.ts';
import { answer, json } from './answer.ts';

/** The only files of the package that are served; nothing of a request becomes a path. */
const FILES = new Map([
  ['swagger-ui.css', 'text/css'],
  ['swagger-ui-bundle.js', 'text/javascript'],
]);
const START_SCRIPT = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs' });`;
const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sluice API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>`;

export function createDocsRoutes(): Hono {
  const routes = new Hono();
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const document = openApiDocument();

  routes.get('/openapi.json', () => json(document));
  routes.get('/docs', (context) => context.html(PAGE));
  routes.get('/docs/start.js', (context) =>
    context.body(START_SCRIPT, 200, { 'content-type': 'text/javascript' }),
  );
  routes.get('/docs/:file', async (context) => {
    const file = context.req.param('file');
    const contentType = FILES.get(file);
    if (contentType === undefined) return answer({ kind: 'unknown-route' });
    const content = await readFile(join(folder, file));
    return context.body(content, 200, {
      'content-type': contentType,
      'cache-control': 'public, max-age=86400',
    });
  });
  return routes;
}
