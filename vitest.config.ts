/**
 * Test projects: `node` is everything on Node (real servers where they are up), `edge` runs inside
 * workerd. One after the other within a file; files side by side.
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

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/edge/**'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: { bindings: EDGE_BINDINGS },
          }),
        ],
        test: { name: 'edge', include: ['test/edge/**/*.test.ts'], testTimeout: 30_000 },
      },
    ],
  },
});
