/**
 * What the edge without Cloudflare takes from wrangler.toml, and that it refuses by name whatever
 * it could not serve; and that workerd's configuration holds what was taken, and no value.
 */
import { expect, test } from 'vitest';
import { workerdConfig } from '../../cli/edge/config.ts';
import { workerSettings } from '../../cli/edge/settings.ts';

/** As wrangler gives it: with empty groups for what the file does not have. */
const CONFIG = {
  name: 'shop',
  main: '/shop/index.ts',
  compatibility_date: '2026-10-01',
  compatibility_flags: ['some_flag'],
  assets: { directory: 'web', run_worker_first: ['/api/*'], not_found_handling: '404-page' },
  durable_objects: {
    bindings: [
      { name: 'OLD', class_name: 'Old' },
      { name: 'NEW', class_name: 'New' },
    ],
  },
  migrations: [
    { tag: 'v1', new_classes: ['Old'] },
    { tag: 'v2', new_sqlite_classes: ['New'] },
  ],
  vars: { ORIGIN_URL: 'http://origin' },
  observability: { enabled: true },
  kv_namespaces: [],
  queues: { producers: [], consumers: [] },
  build: { watch_dir: './src' },
};

test('takes the objects with their storage, the pages and the pinned day', () => {
  expect(workerSettings(CONFIG)).toEqual({
    name: 'shop',
    main: '/shop/index.ts',
    compatibilityDate: '2026-10-01',
    compatibilityFlags: ['some_flag'],
    keepNames: false,
    assetsDirectory: 'web',
    workerFirst: ['/api/*'],
    objects: [
      { binding: 'OLD', className: 'Old', hasSql: false },
      { binding: 'NEW', className: 'New', hasSql: true },
    ],
    variables: { ORIGIN_URL: 'http://origin' },
  });
});

test.each([
  ['a namespace', { kv_namespaces: [{ binding: 'KV' }] }, 'kv_namespaces cannot be served'],
  [
    'a queue',
    { queues: { producers: [{ queue: 'q' }], consumers: [] } },
    'queues cannot be served',
  ],
  ['what is not known yet', { teleport: { to: 'moon' } }, 'teleport cannot be served'],
  [
    'a binding of the pages',
    { assets: { ...CONFIG.assets, binding: 'ASSETS' } },
    'assets: Unrecognized key: "binding"',
  ],
  [
    'the Worker before everything',
    { assets: { ...CONFIG.assets, run_worker_first: true } },
    'assets.run_worker_first: ',
  ],
  [
    "another Worker's objects",
    { durable_objects: { bindings: [{ name: 'A', class_name: 'A', script_name: 'b' }] } },
    'durable_objects.bindings.0: Unrecognized key: "script_name"',
  ],
])('refuses %s', (_what, change, message) => {
  expect(() => workerSettings({ ...CONFIG, ...change })).toThrow(message);
});

test('configures workerd without a value of a variable', () => {
  const site = { port: 80, objectsPath: '/data/a "b"', variables: ['ORIGIN_URL'] };
  const text = workerdConfig(workerSettings(CONFIG), { ...site, host: '::1' });
  expect(text).toContain('(name = "ORIGIN_URL", fromEnvironment = "ORIGIN_URL")');
  expect(text).not.toContain('http://origin');
  expect(text).toContain('(className = "Old", uniqueKey = "shop-Old", enableSql = false)');
  expect(text).toContain('(className = "New", uniqueKey = "shop-New", enableSql = true)');
  expect(text).toContain('compatibilityFlags = ["some_flag"]');
  expect(text).toContain('address = "[::1]:80"');
  expect(text).toContain('path = "/data/a \\"b\\""');
});
