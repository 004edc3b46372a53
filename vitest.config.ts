/**
 * Test projects. `fast` is what runs within seconds and needs nothing; `edge` runs inside workerd;
 * `whole` starts real processes, servers and browsers, a file at a time, since they share two cores.
 */
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

/** What wrangler.toml leaves to secrets; the tests know them, and nothing else does. */
const EDGE_BINDINGS = {
  ORIGIN_URL: 'http://origin.test',
  PASS_KEYS: `new:${Buffer.alloc(32, 1).toString('base64')},old:${Buffer.alloc(32, 2).toString('base64')}`,
  BUYER_JWT_SECRET: 'the shop signs its tokens with this key',
  ALLOW_GUESTS: 'on',
};

const FAST = [
  'test/tidy.test.ts',
  'test/contract/**/*.test.ts',
  'test/origin/*.test.ts',
  'test/origin/{close,dead-letters,leaderboard,lease,log,notify,operator,pay,reconcile,recover,sales,settle,waitlist}/*.test.ts',
  'test/origin/admit/{admission,enter,order-view,redis-risks,reserve-batcher}.test.ts',
  'test/browser/page.{attempt,clock,later-step,next-step,schedule}.test.ts',
  'test/cli/{duration,secrets}.test.ts',
];
const EDGE = ['test/edge/**/*.test.ts'];

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'fast', include: FAST, testTimeout: 30_000 } },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: { bindings: EDGE_BINDINGS },
          }),
        ],
        test: { name: 'edge', include: EDGE, testTimeout: 30_000 },
      },
      {
        test: {
          name: 'whole',
          include: ['test/**/*.test.ts'],
          exclude: [...FAST, ...EDGE],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
