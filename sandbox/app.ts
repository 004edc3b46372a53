/**
 * What the sandbox answers: an API for the shop, with a Bearer key, and a page for the buyer, who
 * needs nothing but the session's id, which nobody can guess. Programs may do what the page's
 * buttons do, with `Accept: application/json`.
 */
import { readFileSync } from 'node:fs';
import { type Context, Hono } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import type { z } from 'zod';
import type { Clock } from '../contract/clock.ts';
import {
  openSandboxSessionSchema,
  sandboxApiKey,
  sandboxRefundSchema,
} from '../origin/pay/sandbox-wire.ts';
import type { Deliveries } from './deliveries.ts';
import { lostPage, sessionPage } from './page.ts';
import { viewOf } from './session-row.ts';
import type { Sessions, StepOutcome } from './sessions.ts';
import { PAGE_ACTIONS } from './step.ts';
import { languageOf } from './texts.ts';

/** The longest request is an opening: two addresses of 2,000 characters and some words. */
const MAX_BODY_BYTES = 16 * 1024;

/** Read once, at the start: they are a few hundred lines. */
const ASSETS = [
  { path: '/page.css', type: 'text/css; charset=utf-8' },
  { path: '/page.js', type: 'text/javascript; charset=utf-8' },
].map((asset) => ({
  ...asset,
  text: readFileSync(new URL(`.${asset.path}`, import.meta.url), 'utf8'),
}));

export interface AppOptions {
  sessions: Sessions;
  deliveries: Deliveries;
  secret: string;
  clock: Clock;
}

export function createApp({ sessions, deliveries, secret, clock }: AppOptions): Hono {
  const app = new Hono();
  app.use(
    bodyLimit({ maxSize: MAX_BODY_BYTES, onError: (context) => refuse(context, 413, 'body') }),
  );
  app.onError((error, context) => {
    if (error instanceof HTTPException) return error.getResponse();
    console.error(error);
    return refuse(context, 500, 'broken');
  });
  app.notFound((context) => refuse(context, 404, 'unknown'));

  const apiKey = bearerAuth({ token: sandboxApiKey(secret) });
  app.use('/readyz', apiKey);
  app.use('/sessions', apiKey);
  app.use('/sessions/*', apiKey);
  app.route('/', createApi(sessions, deliveries));
  app.route('/', createPages(sessions, clock));
  return app;
}

function createApi(sessions: Sessions, deliveries: Deliveries): Hono {
  const api = new Hono();
  api.get('/readyz', (context) => context.json({ waitingEvents: deliveries.count() }));

  api.post('/sessions', async (context) => {
    const request = await readJson(context, openSandboxSessionSchema);
    if (request === undefined) return refuse(context, 400, 'invalid-request');
    if (context.req.header('idempotency-key') !== request.paymentId) {
      return refuse(context, 400, 'idempotency-key-is-not-the-payment');
    }
    const result = sessions.open(request);
    if (result.kind === 'conflict') return refuse(context, 409, 'idempotency-key-was-used');
    return context.json(viewOf(result.session));
  });

  api.get('/sessions/:sessionId', (context) => {
    const session = sessions.find(context.req.param('sessionId'));
    return session ? context.json(viewOf(session)) : refuse(context, 404, 'unknown-session');
  });

  api.post('/sessions/:sessionId/cancel', (context) =>
    answer(context, sessions.step(context.req.param('sessionId'), 'cancel')),
  );

  api.post('/sessions/:sessionId/refund', async (context) => {
    const request = await readJson(context, sandboxRefundSchema);
    if (request === undefined) return refuse(context, 400, 'invalid-request');
    if (context.req.header('idempotency-key') === undefined) {
      return refuse(context, 400, 'idempotency-key-is-missing');
    }
    const session = sessions.find(context.req.param('sessionId'));
    if (session === undefined) return refuse(context, 404, 'unknown-session');
    const isWhole = session.amount === request.amount && session.currency === request.currency;
    if (!isWhole) return refuse(context, 422, 'not-the-whole-amount');
    return answer(context, sessions.step(session.sessionId, 'refund'));
  });
  return api;
}

function createPages(sessions: Sessions, clock: Clock): Hono {
  const pages = new Hono();
  pages.use(
    '/pay/*',
    secureHeaders({
      // No `formAction`: a browser would hold the way back to the shop to it as well.
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        scriptSrc: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
      // A page for a laptop, without TLS: a promise of HTTPS would bind all of 127.0.0.1.
      strictTransportSecurity: false,
    }),
  );
  for (const { path, type, text } of ASSETS) {
    pages.get(path, (context) => context.body(text, 200, { 'content-type': type }));
  }

  pages.get('/pay/:sessionId', (context) => {
    const session = sessions.find(context.req.param('sessionId'));
    const language = languageOf(context.req.header('accept-language'));
    context.header('cache-control', 'no-store');
    if (session === undefined) return context.html(lostPage(language), 404);
    return context.html(sessionPage({ session, language, nowMs: clock.nowMs() }));
  });

  for (const action of PAGE_ACTIONS) {
    pages.post(`/pay/:sessionId/${action}`, (context) => {
      const sessionId = context.req.param('sessionId');
      const outcome = sessions.step(sessionId, action);
      if (context.req.header('accept')?.includes('application/json')) {
        return answer(context, outcome);
      }
      // Also when it was refused: the page shows how the session stands.
      return context.redirect(`/pay/${encodeURIComponent(sessionId)}`, 303);
    });
  }
  return pages;
}

function answer(context: Context, outcome: StepOutcome): Response {
  switch (outcome.kind) {
    case 'session':
      return context.json(viewOf(outcome.session));
    case 'refused':
      return context.json({ error: outcome.reason, ...viewOf(outcome.session) }, 409);
    case 'unknown':
      return refuse(context, 404, 'unknown-session');
  }
}

function refuse(context: Context, status: 400 | 404 | 409 | 413 | 422 | 500, error: string) {
  return context.json({ error }, status);
}

async function readJson<Value>(
  context: Context,
  schema: z.ZodType<Value>,
): Promise<Value | undefined> {
  const parsed = schema.safeParse(await context.req.json().catch(() => undefined));
  return parsed.success ? parsed.data : undefined;
}
