/**
 * Puts the edge together: all that an isolate keeps between requests is made here, once, from its
 * configuration and its platform.
 */
import { createPassKeeper, type PassKeeper } from '../contract/pass.ts';
import { createAccessLists, type FindAccess } from './access-lists.ts';
import { createAccessSource } from './access-source.ts';
import { type CrossOrigin, createCrossOrigin } from './cors.ts';
import { createDocumentation, type Documentation } from './documentation.ts';
import { createDrawProofs, type DrawProofs } from './draw-proofs.ts';
import { createDrawJudge, type JudgeDraw } from './drawn-cookie.ts';
import type { Environment } from './environment.ts';
import { createFeeds, type FeedObjects, type Feeds } from './feeds.ts';
import { createForward, type Forward } from './forward.ts';
import { type BuyerLimit, createBuyerLimit } from './gates/buyer-limit.ts';
import { edgeHashing } from './hashing.ts';
import { createIdentityParts, type IdentityParts } from './identity-wiring.ts';
import { createLeaderboards, type Leaderboards } from './leaderboard.ts';
import { createLeases, type Leases } from './leases.ts';
import { createOriginCall } from './origin.ts';
import type { Platform } from './platform.ts';
import { createPressureSeen, type PressureSeen } from './pressure-seen.ts';
import type { AskBucket } from './refill.ts';
import { createShedding, type Shedding } from './shedding.ts';
import { createSnapshots, type Snapshots } from './snapshot.ts';
import { createSnapshotSource } from './snapshot-source.ts';
import { createStrangerLimit } from './strangers.ts';

export interface EdgeNeeds {
  environment: Environment;
  platform: Platform;
  askBucket: AskBucket;
  /** Left out where the edge has none: then pages poll, and results are not taken. */
  feedObjects?: FeedObjects;
}

export interface Edge extends IdentityParts {
  environment: Environment;
  platform: Platform;
  snapshots: Snapshots;
  leaderboards: Leaderboards;
  drawProofs: DrawProofs;
  judgeDraw: JudgeDraw;
  crossOrigin: CrossOrigin;
  /** Who may buy in a sale, where not everybody may. */
  findAccess: FindAccess;
  buyerLimit: BuyerLimit;
  shedding: Shedding;
  pressureSeen: PressureSeen;
  leases: Leases;
  forward: Forward;
  documentation: Documentation;
  passes: PassKeeper;
  feeds: Feeds | undefined;
}

export function createEdge({ environment, platform, askBucket, feedObjects }: EdgeNeeds): Edge {
  const { originUrl, passKeys, rateShards, feedShards } = environment;
  const hashing = edgeHashing;
  const passes = createPassKeeper(hashing, passKeys);
  const callOrigin = createOriginCall(platform, { originUrl, passes });
  const sources = { platform, hashing, passKeys, callOrigin };
  const fetchSnapshot = createSnapshotSource({ ...sources, strangers: createStrangerLimit() });
  const pressureSeen = createPressureSeen();
  return {
    environment,
    platform,
    snapshots: createSnapshots({ platform, hashing, fetchSnapshot }),
    leaderboards: createLeaderboards(platform, callOrigin),
    drawProofs: createDrawProofs(platform, callOrigin),
    judgeDraw: createDrawJudge(hashing, passKeys),
    crossOrigin: createCrossOrigin(environment.allowedOrigins),
    findAccess: createAccessLists({
      platform,
      hashing,
      fetchList: createAccessSource(sources),
    }),
    ...createIdentityParts({ environment, platform, passKeys }),
    buyerLimit: createBuyerLimit(),
    shedding: createShedding(),
    pressureSeen,
    leases: createLeases({
      platform,
      askBucket,
      maxShards: rateShards,
      takePressure: pressureSeen.take,
    }),
    forward: createForward(callOrigin, platform.clock),
    documentation: createDocumentation(platform, callOrigin),
    passes,
    feeds: feedObjects && createFeeds({ objects: feedObjects, hashing, shards: feedShards }),
  };
}
