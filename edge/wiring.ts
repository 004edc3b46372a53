/**
 * Puts the edge together: all that an isolate keeps between requests is made here, once, from its
 * configuration and its platform.
 */
import { createPassKeeper, type PassKeeper } from '../contract/pass.ts';
import { createRehearsalTickets, type RehearsalTickets } from '../contract/rehearsal-ticket.ts';
import { createAccessLists, type FindAccess } from './access-lists.ts';
import { createAccessSource } from './access-source.ts';
import { type CrossOrigin, createCrossOrigin } from './cors.ts';
import { type Counts, createCounts } from './counts.ts';
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
import type { NumberObjects } from './numbers.ts';
import { createOriginCall } from './origin.ts';
import type { Platform } from './platform.ts';
import { createPressureSeen, type PressureSeen } from './pressure-seen.ts';
import type { AskBucket } from './refill.ts';
import { withRehearsals } from './rehearsals.ts';
import { createSaleLists, type SaleLists } from './sale-list.ts';
import { createShedding, type Shedding } from './shedding.ts';
import { createSnapshots, type Snapshots } from './snapshot.ts';
import { createSnapshotSource } from './snapshot-source.ts';
import { createStrangerLimit } from './strangers.ts';
import { createTraces, type Traces } from './trace.ts';

export interface EdgeNeeds {
  environment: Environment;
  platform: Platform;
  askBucket: AskBucket;
  /** Left out where the edge has none: then pages poll, and results are not taken. */
  feedObjects?: FeedObjects;
  /** Left out where the edge has none: then nothing is counted. */
  numberObjects?: NumberObjects;
}

export interface Edge extends IdentityParts {
  environment: Environment;
  platform: Platform;
  snapshots: Snapshots;
  leaderboards: Leaderboards;
  saleLists: SaleLists;
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
  tickets: RehearsalTickets;
  feeds: Feeds | undefined;
  counts: Counts | undefined;
  /** Undefined where none are sent. */
  traces: Traces | undefined;
  numberObjects: NumberObjects | undefined;
}

export function createEdge(needs: EdgeNeeds): Edge {
  const { environment, platform, askBucket, feedObjects, numberObjects } = needs;
  const { originUrl, passKeys, rateShards, feedShards } = environment;
  const hashing = edgeHashing;
  const passes = createPassKeeper(hashing, passKeys);
  const callOrigin = createOriginCall(platform, { originUrl, passes });
  const sources = { platform, hashing, passKeys, callOrigin };
  const fetchSnapshot = createSnapshotSource({ ...sources, strangers: createStrangerLimit() });
  const pressureSeen = createPressureSeen();
  const identity = createIdentityParts({ environment, platform, passKeys });
  const tickets = createRehearsalTickets(hashing, passKeys);
  const counts = numberObjects && createCounts(platform, numberObjects);
  return {
    environment,
    platform,
    snapshots: createSnapshots({ platform, hashing, fetchSnapshot, observe: counts?.copy }),
    leaderboards: createLeaderboards(platform, callOrigin),
    saleLists: createSaleLists(platform, callOrigin),
    drawProofs: createDrawProofs(platform, callOrigin),
    judgeDraw: createDrawJudge(hashing, passKeys),
    crossOrigin: createCrossOrigin(environment.allowedOrigins),
    findAccess: createAccessLists({
      platform,
      hashing,
      fetchList: createAccessSource(sources),
    }),
    ...identity,
    identify: withRehearsals(identity.identify, tickets),
    tickets,
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
    traces: environment.traces && createTraces(platform, environment.traces, originUrl),
    ...{ counts, numberObjects },
  };
}
