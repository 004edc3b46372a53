/**
 * The operator's console: a page and its files, for whoever can reach the origin. They hold no
 * secret and need no token; every number and every command that the page asks for does, by the
 * header `authorization`, so that there is no cookie for another site's page to use.
 */
import { Hono } from 'hono';
import { answer } from '../http/answer.ts';
import { type ConsolePages, loadPages } from './pages.ts';

const FOR_GOOD = 'public, max-age=31536000, immutable';
const SAFE = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

export function createConsoleRoutes(pages: ConsolePages = loadPages()): Hono {
  const routes = new Hono();
  const showPage = () =>
    new Response(pages.page, {
      headers: {
        ...SAFE,
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': pages.policy,
        'cache-control': 'no-cache',
      },
    });

  routes.get('/operator', showPage);
  routes.get('/operator/', showPage);
  routes.get('/operator/assets/:hash/:name{.+}', (context) => {
    const { hash, name } = context.req.param();
    const file = pages.files.get(name);
    if (file === undefined) return answer({ kind: 'unknown-route' });
    const headers = {
      ...SAFE,
      'content-type': file.contentType,
      // While processes are replaced one by one, a page of one version asks the other.
      'cache-control': hash === pages.hash ? FOR_GOOD : 'no-store',
    };
    return new Response(file.body, { headers });
  });
  return routes;
}
