/**
 * Test projects. `fast` is what runs within seconds and needs nothing; `edge` runs inside workerd;
 * `waiting` and `whole` start real processes, servers and browsers: `waiting` mostly waits for
 * them, so four of its files run at once; `whole` kills servers and loads them, a file at a time.
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
  'test/origin/{close,dead-letters,feed,leaderboard,lease,log,notify,operator,pay,reconcile,recover,sales,settle,waitlist}/*.test.ts',
  'test/origin/admit/{admission,enter,order-view,pressure}.test.ts',
  'test/origin/admit/{redis-risks,reserve-batcher}.test.ts',
  'test/origin/http/sale-list-route.test.ts',
  'test/bench/*.test.ts',
  'test/browser/console.{terms,texts}.test.ts',
  'test/console/read-frame.test.ts',
  'test/browser/page.{attempt,clock,later-step,next-step,schedule}.test.ts',
  'test/cli/{duration,known-names,manual,preheat,secrets,table}.test.ts',
  'test/cli/doctor/{clocks,config,edge,versions}.test.ts',
  'test/rehearse/{recommend,schedule}.test.ts',
  'test/deploy/{commands,names,runbook,sizing}.test.ts',
];
const EDGE = ['test/edge/**/*.test.ts'];
const WHOLE = [
  'test/{flow,life,simulation}/**/*.test.ts',
  // The others kill processes of their own, and wait for them to come back.
  'test/faults/!(kill.*|recover-kill.*|direct|serverless).test.ts',
  // It watches the last seconds before an opening.
  'test/browser/page.opening.test.ts',
];
/** What is waited for comes at last, also where everything is slow; a wait that succeeds is short. */
const expect = { poll: { timeout: 15_000 } };
/**
 * In CI, where machines stand still for a second now and then, a test that waits for real parts may
 * fail once, and is named at the end. What proves invariants over time (`whole`) may not.
 */
const RETRIES_IN_CI = process.env.CI === undefined ? 0 : 1;
const REAL_PARTS = { testTimeout: 60_000, hookTimeout: 180_000, expect };

export default defineConfig({
  test: {
    reporters: ['default', './test/retried.ts'],
    projects: [
      // They share a process, which spares a minute: none leaves anything behind.
      { test: { name: 'fast', include: FAST, isolate: false, testTimeout: 30_000, expect } },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: { bindings: EDGE_BINDINGS },
          }),
        ],
        test: { name: 'edge', include: EDGE, testTimeout: 30_000, expect },
      },
      {
        test: {
          name: 'waiting',
          include: ['test/**/*.test.ts'],
          exclude: [...FAST, ...EDGE, ...WHOLE],
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
          retry: RETRIES_IN_CI,
          ...REAL_PARTS,
        },
      },
      {
        test: {
          name: 'whole',
          include: WHOLE,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
          ...REAL_PARTS,
        },
      },
    ],
  },
});
