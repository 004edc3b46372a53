/**
 * Who gets through the door, for every operator route of the OpenAPI document: a viewer, an
 * operator, a stranger, and whoever is wrong too often. What a route itself answers does not matter
 * here.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApiDocument } from '../../contract/openapi.ts';
import { problemSchema } from '../../contract/problem.ts';
import { WRONG_TOKENS } from '../../origin/operator/auth-limits.ts';
import {
  ANNA,
  createOperatorStage,
  type OpenBook,
  type OperatorStage,
  openSqlite,
  operatorRoutes,
  WATCH,
} from './operator.stage.ts';

let opened: Awaited<ReturnType<OpenBook>>;
let stage: OperatorStage;
beforeAll(async () => {
  opened = await openSqlite();
  stage = createOperatorStage(opened.book);
});
afterAll(() => opened.close());

const ROUTES = operatorRoutes();
let addresses = 0;
const DOOR = /^(401|403|429) /;

test('the document has routes of both kinds', () => {
  const looks = ROUTES.filter(({ method }) => method === 'GET');
  expect(looks.length).toBeGreaterThan(7);
  expect(ROUTES.length - looks.length).toBeGreaterThan(6);
});

describe.each(ROUTES)('$method $path', ({ method, path }) => {
  test('is open to an operator', async () => {
    expect((await stage.ask(method, path, { token: ANNA })).short).not.toMatch(DOOR);
  });

  test(`is ${method === 'GET' ? 'open' : 'closed'} to a viewer`, async () => {
    const told = await stage.ask(method, path, { token: WATCH });
    if (method === 'GET') expect(told.short).not.toMatch(DOOR);
    else {
      expect(told.short).toBe('403 needs-operator');
      expect(problemSchema.strict().parse(told.body).detail).toMatch(/^watch is a viewer/);
    }
  });

  test.each(['', 'wrong', `${ANNA}a`])('is closed to a stranger ("%s")', async (token) => {
    const told = await stage.ask(method, path, { token });
    expect(told.short).toBe('401 unknown-token');
    expect(told.headers.get('www-authenticate')).toBe('Bearer');
    expect(told.headers.get('cache-control')).toBe('no-store');
    expect(problemSchema.strict().parse(told.body).title).toMatch(/token/);
  });

  test('is closed to an address that was wrong too often', async () => {
    addresses += 1;
    const address = `192.0.2.${addresses}`;
    for (let tries = 0; tries < WRONG_TOKENS.burst; tries += 1) {
      expect((await stage.ask('GET', path, { token: 'wrong', address })).status).toBe(401);
    }
    for (const token of ['wrong', ANNA]) {
      const told = await stage.ask(method, path, { token, address });
      expect(told.short).toBe('429 too-fast');
      expect(told.headers.get('retry-after')).toMatch(/^[1-6]$/);
    }
  });

  test('is documented with what the door answers', () => {
    const { paths } = JSON.parse(JSON.stringify(openApiDocument()));
    const template = Object.keys(paths).find(
      (each) => each.replace(/\{\w+\}/g, 'phone') === path && method.toLowerCase() in paths[each],
    );
    const answers = Object.keys(paths[template ?? ''][method.toLowerCase()].responses);
    const changing = method === 'GET' ? [] : ['403', '413'];
    expect(answers).toEqual(expect.arrayContaining(['401', '429', '503', ...changing]));
    if (method === 'GET') expect(answers).not.toContain('403');
  });
});

test('behind a proxy of ours it is the client who has to wait, not everybody', async () => {
  const ask = (token: string, client: string) => {
    const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': client };
    const env = { incoming: { socket: { remoteAddress: '10.250.0.1' } } };
    return stage.app.request('/operator/sales', { headers }, env);
  };
  for (let tries = 0; tries < WRONG_TOKENS.burst; tries += 1) await ask('wrong', '203.0.113.66');
  expect((await ask(ANNA, '203.0.113.66')).status).toBe(429);
  expect((await ask(ANNA, '203.0.113.67')).status).toBe(200);
});

test.each(['/operator/nothing', '/operator/assets', '/operator/sales/phone/nothing'])(
  '%s, which is no route, tells a stranger nothing',
  async (path) => {
    for (const method of ['GET', 'POST', 'DELETE', 'PROPFIND']) {
      expect((await stage.ask(method, path, { token: '' })).short).toBe('401 unknown-token');
      const known = await stage.ask(method, path, { token: ANNA });
      expect(known.short).toBe('404 unknown-route');
    }
    expect((await stage.ask('POST', path, { token: WATCH })).short).toBe('403 needs-operator');
  },
);

test.each(['/operator', '/operator/'])('%s is the page, and nothing but the page', async (path) => {
  expect((await stage.app.request(path)).headers.get('content-type')).toMatch(/^text\/html/);
  for (const method of ['POST', 'DELETE', 'PROPFIND']) {
    expect((await stage.ask(method, path, { token: '' })).short).toBe('401 unknown-token');
  }
});

test.each(['/operator%2fsales', '//operator/sales', '/Operator/sales', '/x/../operator/sales'])(
  'no other spelling goes around the door: %s',
  async (path) => {
    const told = await stage.ask('GET', path, { token: '' });
    expect(told.short).toMatch(/^(401 unknown-token|404 unknown-route)$/);
  },
);

test.each(['/healthz', '/readyz', '/metrics', '/openapi.json'])(
  '%s asks for no token, whoever was wrong',
  async (path) => {
    const address = '198.51.100.7';
    for (let tries = 0; tries <= WRONG_TOKENS.burst; tries += 1) {
      await stage.ask('GET', '/operator/sales', { token: 'wrong', address });
    }
    const response = await stage.app.request(
      path,
      {},
      { incoming: { socket: { remoteAddress: address } } },
    );
    expect(response.status).toBe(200);
  },
);
