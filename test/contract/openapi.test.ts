/**
 * The OpenAPI document: valid in shape, every reference leads somewhere, and its routes are the
 * ones that the two apps really have, neither more nor fewer.
 */
import type { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import { openApiDocument } from '../../contract/openapi.ts';
import type { AppOptions } from '../../origin/app.ts';
import { createApp as createOriginApp } from '../../origin/app.ts';
import { createMetrics } from '../../origin/metrics.ts';

// As it is sent: whatever JSON cannot carry is gone.
const document = JSON.parse(JSON.stringify(openApiDocument()));
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

interface Operation {
  route: string;
  summary?: string;
  security?: Record<string, string[]>[];
  parameters?: { name: string; in: string; required?: boolean; schema?: unknown }[];
  responses: Record<string, { description?: string; content?: Record<string, unknown> }>;
}

const operations: Operation[] = Object.entries<Record<string, object>>(document.paths).flatMap(
  ([path, item]) =>
    Object.entries(item).map(
      ([method, operation]) => ({ ...operation, route: `${method} ${path}` }) as Operation,
    ),
);

describe('the document', () => {
  test('is OpenAPI 3.1 with a title, a version and nothing unknown at its top', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({ title: 'Sluice', version: '1' });
    expect(Object.keys(document).sort()).toEqual(['components', 'info', 'openapi', 'paths']);
    expect(Object.keys(document.components).sort()).toEqual(['schemas', 'securitySchemes']);
  });

  test('has references, and each leads somewhere', () => {
    const references = [...referencesIn(document)];
    expect(references.length).toBeGreaterThan(20);
    for (const reference of references) {
      expect(resolve(reference), `${reference} leads nowhere`).toBeDefined();
    }
    expect(resolve('#/components/schemas/Nothing')).toBeUndefined();
  });

  test.each(operations)('$route is described in full', (operation) => {
    const [method = '', path = ''] = operation.route.split(' ');
    expect(METHODS).toContain(method);
    expect(operation.summary).toMatch(/\w/);
    const inPath = operation.parameters?.filter((parameter) => parameter.in === 'path') ?? [];
    const names = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name);
    expect(inPath.map(({ name }) => name)).toEqual(names);
    for (const parameter of inPath) expect(parameter.required).toBe(true);
    for (const [status, answer] of Object.entries(operation.responses)) {
      expect(status).toMatch(/^[2-5]\d\d$/);
      expect(answer.description).toMatch(/\w/);
      const types = Object.keys(answer.content ?? {});
      expect(types, `${operation.route} ${status}`).toEqual(typesOf(path, Number(status)));
    }
    for (const scheme of operation.security?.flatMap((each) => Object.keys(each)) ?? []) {
      expect(document.components.securitySchemes).toHaveProperty(scheme);
    }
  });

  test('asks for a key where an order is placed', () => {
    const place = operations.find(({ route }) => route === 'post /api/sales/{saleId}/orders');
    const key = place?.parameters?.find(({ name }) => name === 'Idempotency-Key');
    expect(key).toMatchObject({ in: 'header', required: true });
  });
});

describe('its routes', () => {
  const documented = operations.map(({ route }) => route).sort();

  test('are those that the edge and the origin have', async () => {
    const edge = await edgeRoutes();
    const origin = originRoutes();
    expect(edge.length, 'routes of the edge').toBeGreaterThan(4);
    const present = new Set([...edge, ...origin]);
    expect([...present].sort()).toEqual(documented);
  });

  test('of buyers are all at the edge, those of operators only at the origin', async () => {
    const operator = documented.filter((route) => route.includes(' /operator/'));
    const buyer = documented.filter((route) => !route.includes(' /operator/'));
    expect((await edgeRoutes()).sort()).toEqual(buyer);
    expect(originRoutes()).toEqual(expect.arrayContaining(operator));
  });

  test('that the edge does not answer by itself are there at the origin, too', async () => {
    const byItself = [
      ...['get /api/clock', 'get /api/sales/{saleId}', 'get /api/sales/{saleId}/draw/mine'],
      'get /api/sales',
      ...['get /api/human', 'post /api/human', 'get /api/sales/{saleId}/feed'],
    ];
    const forwarded = (await edgeRoutes()).filter((route) => !byItself.includes(route));
    expect(originRoutes()).toEqual(expect.arrayContaining(forwarded));
  });
});

function typesOf(path: string, status: number): string[] {
  if (status === 204) return [];
  if (status === 200 && path.endsWith('/live')) return ['text/event-stream'];
  return [status < 400 ? 'application/json' : 'application/problem+json'];
}

/**
 * What the document leaves out: the process's own health, pages (the docs themselves, a challenge),
 * the calls between edge and origin.
 */
const NOT_FOR_CLIENTS = new RegExp(
  [
    '^/(?:healthz|readyz|metrics|docs.*|openapi\\.json|human|edge/.*)$',
    '^/operator(?:/|/assets/.*)?$',
    '/(?:results|numbers)$',
  ].join('|'),
);

function routesOf(app: Hono): string[] {
  const own = app.routes.filter(
    ({ method, path }) => method !== 'ALL' && method !== 'OPTIONS' && !NOT_FOR_CLIENTS.test(path),
  );
  return own.map(
    ({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')}`,
  );
}

/** The app is made, never called: routes need none of what they would use. */
function originRoutes(): string[] {
  const nothing = { payments: {}, checks: {} } as AppOptions;
  const options = {
    ...nothing,
    serves: true,
    operatorAccess: { tokens: [] },
    metrics: createMetrics(),
  };
  return routesOf(createOriginApp(options));
}

/** By a computed path: the types of the Workers' world are not those of this one. */
async function edgeRoutes(): Promise<string[]> {
  const path = new URL('../../edge/app.ts', import.meta.url).href;
  const { createApp } = (await import(path)) as { createApp(edge: unknown): Hono };
  return routesOf(createApp({}));
}

function* referencesIn(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (name === '$ref' && typeof inner === 'string') yield inner;
    else yield* referencesIn(inner);
  }
}

function resolve(reference: string): unknown {
  if (!reference.startsWith('#/')) return undefined;
  return reference
    .slice(2)
    .split('/')
    .reduce<unknown>(
      (value, step) => (value as Record<string, unknown> | undefined)?.[step],
      document,
    );
}
