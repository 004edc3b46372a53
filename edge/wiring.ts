/**
 * Puts the edge together: all that an isolate keeps between requests is made here, once, from its
 * configuration and its platform.
 */
import { createPassKeeper } from '../contract/pass.ts';
import { createDocumentation, type Documentation } from './documentation.ts';
import type { Environment } from './environment.ts';
import { createForward, type Forward } from './forward.ts';
import { type BuyerLimit, createBuyerLimit } from './gates/buyer-limit.ts';
import { createGuestCookies } from './guest-cookie.ts';
import { edgeHashing } from './hashing.ts';
import { createIdentify, type Identify } from './identity.ts';
import { createLeaderboards, type Leaderboards } from './leaderboard.ts';
import { createLeases, type Leases } from './leases.ts';
import { createOriginCall } from './origin.ts';
import type { Platform } from './platform.ts';
import type { AskBucket } from './refill.ts';
import { createSnapshots, type Snapshots } from './snapshot.ts';
import { createSnapshotSource } from './snapshot-source.ts';

export interface EdgeNeeds {
  environment: Environment;
  platform: Platform;
  askBucket: AskBucket;
}

export interface Edge {
  environment: Environment;
  platform: Platform;
  snapshots: Snapshots;
  leaderboards: Leaderboards;
  identify: Identify;
  buyerLimit: BuyerLimit;
  leases: Leases;
  forward: Forward;
  documentation: Documentation;
}

export function createEdge({ environment, platform, askBucket }: EdgeNeeds): Edge {
  const { originUrl, passKeys, rateShards } = environment;
  const hashing = edgeHashing;
  const passes = createPassKeeper(hashing, passKeys);
  const callOrigin = createOriginCall(platform, { originUrl, passes });
  const fetchSnapshot = createSnapshotSource({ platform, hashing, passKeys, callOrigin });
  const guests = createGuestCookies(hashing, passKeys);
  return {
    environment,
    platform,
    snapshots: createSnapshots({ platform, hashing, fetchSnapshot }),
    leaderboards: createLeaderboards(platform, callOrigin),
    identify: createIdentify({ environment, guests, random: platform.random }),
    buyerLimit: createBuyerLimit(),
    leases: createLeases({ platform, askBucket, maxShards: rateShards }),
    forward: createForward(callOrigin),
    documentation: createDocumentation(platform, callOrigin),
  };
}
