/**
 * For whoever runs the process: `/healthz` says that it lives, which version it is and its time,
 * `/readyz` that its backends serve it (and names those that do not), `/metrics` is for Prometheus.
 * They show nothing of buyers.
 */
import { Hono } from 'hono';
import { wordsOf } from '../backend-failures.ts';
import type { Metrics } from '../metrics.ts';
import { VERSION } from '../version.ts';
import { json } from './answer.ts';

export type Checks = Record<string, () => Promise<void>>;

/** A check that takes longer counts as failed; a load balancer asks every few seconds. */
const CHECK_PATIENCE_MS = 2_000;

export function createHealthRoutes(
  checks: Checks,
  draining: () => boolean,
  metrics: Metrics,
  nowMs: () => number,
): Hono {
  const routes = new Hono();
  routes.get('/healthz', () => {
    const now = new Date(nowMs()).toISOString();
    return json({ status: 'alive', version: VERSION, now });
  });
  routes.get('/readyz', async () => {
    const notReady = await failingChecks(checks);
    if (draining()) notReady.draining = 'the process is stopping';
    const ready = Object.keys(notReady).length === 0;
    return json(ready ? { status: 'ready' } : { status: 'not-ready', notReady }, ready ? 200 : 503);
  });
  routes.get('/metrics', async () => {
    const { text, contentType } = await metrics.render();
    return new Response(text, { headers: { 'content-type': contentType } });
  });
  return routes;
}

async function failingChecks(checks: Checks): Promise<Record<string, string>> {
  const failing: Record<string, string> = {};
  await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      const patience = Promise.withResolvers<void>();
      const timer = setTimeout(
        () => patience.reject(new Error(`no answer in ${CHECK_PATIENCE_MS} ms`)),
        CHECK_PATIENCE_MS,
      );
      await Promise.race([check(), patience.promise])
        .catch((error: unknown) => {
          failing[name] = wordsOf(error);
        })
        .finally(() => clearTimeout(timer));
    }),
  );
  return failing;
}
