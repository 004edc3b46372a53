/**
 * The Worker's entry: what its isolate keeps is made at the first request, since a Worker may make
 * no random numbers and read no clock before. Exports the Durable Object class that wrangler.toml
 * names.
 */

import { answerOf } from './answer.ts';
import { createApp } from './app.ts';
import { parseEnvironment } from './environment.ts';
import { logError, messageOf } from './log.ts';
import type { TokenBucket } from './objects/token-bucket.ts';
import { workersPlatform } from './platform.ts';
import { createEdge } from './wiring.ts';

export { TokenBucket } from './objects/token-bucket.ts';

/** What wrangler.toml binds, besides the variables that edge/environment.ts parses. */
export interface Bindings {
  TOKEN_BUCKET: DurableObjectNamespace<TokenBucket>;
}

let app: ReturnType<typeof createApp> | undefined;

export default {
  fetch(request, bindings, context) {
    try {
      app ??= startApp(bindings);
    } catch (error) {
      logError('bad-environment', { reason: messageOf(error) });
      return answerOf({ kind: 'internal' });
    }
    return app.fetch(request, bindings, context);
  },
} satisfies ExportedHandler<Bindings>;

function startApp(bindings: Bindings) {
  const edge = createEdge({
    environment: parseEnvironment({ ...bindings }),
    platform: workersPlatform,
    askBucket: (name, ask) => bindings.TOKEN_BUCKET.getByName(name).lease(ask),
  });
  return createApp(edge);
}
