/**
 * The Worker's entry: what its isolate keeps is made at the first request, since a Worker may make
 * no random numbers and read no clock before. Exports the Durable Object class that wrangler.toml
 * names.
 */

import { answerOf } from './answer.ts';
import { createApp } from './app.ts';
import { parseEnvironment } from './environment.ts';
import type { FeedObjects } from './feeds.ts';
import { logError, messageOf } from './log.ts';
import type { NumberObjects } from './numbers.ts';
import type { RateCoordinator } from './objects/rate-coordinator.ts';
import { BUYER_HEADER, type ResultFeed } from './objects/result-feed.ts';
import type { SaleNumbers } from './objects/sale-numbers.ts';
import type { TokenBucket } from './objects/token-bucket.ts';
import { workersPlatform } from './platform.ts';
import type { Region } from './region.ts';
import { createEdge } from './wiring.ts';

export { RateCoordinator } from './objects/rate-coordinator.ts';
export { ResultFeed } from './objects/result-feed.ts';
export { SaleNumbers } from './objects/sale-numbers.ts';
export { TokenBucket } from './objects/token-bucket.ts';

/** What wrangler.toml binds, besides the variables that edge/environment.ts parses. */
export interface Bindings {
  TOKEN_BUCKET: DurableObjectNamespace<TokenBucket>;
  /** Asked by the token buckets. */
  RATE_COORDINATOR: DurableObjectNamespace<RateCoordinator>;
  /** A deployment may do without. */
  RESULT_FEED?: DurableObjectNamespace<ResultFeed>;
  /** A deployment may do without; then nothing is counted. */
  SALE_NUMBERS?: DurableObjectNamespace<SaleNumbers>;
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
    askBucket: (name, ask, locationHint) =>
      bindings.TOKEN_BUCKET.getByName(name, locationHint && { locationHint }).lease(ask),
    ...(bindings.RESULT_FEED && { feedObjects: feedObjectsOf(bindings.RESULT_FEED) }),
    ...(bindings.SALE_NUMBERS && {
      numberObjects: numberObjectsOf(bindings.SALE_NUMBERS, bindings.RATE_COORDINATOR),
    }),
  });
  return createApp(edge);
}

/** What reaches an object is made here, of nothing that a client sent but the buyer's id. */
function feedObjectsOf(namespace: DurableObjectNamespace<ResultFeed>): FeedObjects {
  return {
    connect: (name, buyerId) =>
      namespace.getByName(name).fetch('https://feed.internal/', {
        headers: { upgrade: 'websocket', [BUYER_HEADER]: buyerId },
      }),
    push: (name, pushes) => namespace.getByName(name).push(pushes),
  };
}

function numberObjectsOf(
  numbers: DurableObjectNamespace<SaleNumbers>,
  coordinators: Bindings['RATE_COORDINATOR'],
): NumberObjects {
  const objectOf = (saleId: string, region: Region | undefined) =>
    numbers.getByName(`${saleId}:${region ?? 'all'}`, region && { locationHint: region });
  return {
    add: (saleId, region, counts) => objectOf(saleId, region).add(counts),
    read: (saleId, region) => objectOf(saleId, region).read(),
    rate: (saleId) => coordinators.getByName(saleId).rate(),
  };
}
