/**
 * The way to the objects of the result feed: which shard of a sale has a buyer's sockets, and a
 * batch of results as one call to each shard that it concerns. A buyer's shard follows from the id
 * alone, so any isolate finds it without asking.
 */
import type { FeedOrder, FeedResult } from '../contract/feed.ts';
import type { Hashing } from '../contract/hashing.ts';
import type { FeedPush } from './objects/result-feed.ts';

/** A Durable Object by its name. */
export interface FeedObjects {
  connect(name: string, buyerId: string): Promise<Response>;
  push(name: string, pushes: readonly FeedPush[]): Promise<number>;
}

export interface Feeds {
  connect(saleId: string, buyerId: string): Promise<Response>;
  /**
   * How many open pages were told. Those of an object that did not answer ask by themselves;
   * rejects when none of the objects answered.
   */
  push(saleId: string, results: readonly FeedResult[]): Promise<number>;
}

export interface FeedParts {
  objects: FeedObjects;
  hashing: Hashing;
  shards: number;
}

export function createFeeds({ objects, hashing, shards }: FeedParts): Feeds {
  const nameOf = (saleId: string, buyerId: string) =>
    `${saleId}:${shardOf(hashing.sha256(buyerId), shards)}`;
  return {
    connect: (saleId, buyerId) => objects.connect(nameOf(saleId, buyerId), buyerId),
    async push(saleId, results) {
      const byObject = new Map<string, FeedPush[]>();
      for (const { buyerId, order } of results) {
        const name = nameOf(saleId, buyerId);
        const pushes = byObject.get(name) ?? [];
        pushes.push({ buyerId, text: textOf(order) });
        byObject.set(name, pushes);
      }
      const pushed = await Promise.allSettled(
        Array.from(byObject, ([name, pushes]) => objects.push(name, pushes)),
      );
      return toldBy(pushed);
    },
  };
}

/** Saying all of it again for one object would say it twice to the others. */
function toldBy(pushed: readonly PromiseSettledResult<number>[]): number {
  const [first] = pushed;
  if (first?.status === 'rejected' && pushed.every(({ status }) => status === 'rejected')) {
    throw first.reason;
  }
  return pushed.reduce((sum, one) => sum + (one.status === 'fulfilled' ? one.value : 0), 0);
}

/** 32 bits of the hash: even over any number of shards there will be. */
function shardOf(hash: Uint8Array, shards: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = hash;
  return (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) % shards;
}

function textOf(order: FeedOrder): string {
  return JSON.stringify(order);
}
