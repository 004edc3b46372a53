/** When a socket of the feed is dropped, and how shards share buyers. */
import { describe, expect, test } from 'vitest';
import type { FeedOrder } from '../../contract/feed.ts';
import { createFeeds } from '../../edge/feeds.ts';
import { edgeHashing } from '../../edge/hashing.ts';
import {
  afterPush,
  isOver,
  LONGEST_LIFE_MS,
  MAX_PUSHES,
  MAX_UNREAD,
  newAttachment,
  SILENT_AFTER_MS,
} from '../../edge/objects/feed-sockets.ts';

const START_MS = 1_000_000;
const fresh = newAttachment('ann', START_MS);

describe('a socket', () => {
  test('takes a few pushes without a ping, and then no more', () => {
    let socket: typeof fresh | undefined = fresh;
    for (let count = 1; count <= MAX_UNREAD; count += 1) {
      socket = socket && afterPush(socket, { nowMs: START_MS, pingedAtMs: undefined });
      expect(socket).toMatchObject({ buyerId: 'ann', pushes: count, unread: count });
    }
    const seen = { nowMs: START_MS, pingedAtMs: START_MS };
    // A ping of the same millisecond may have been sent before the push was read.
    expect(socket && afterPush(socket, seen)).toBeUndefined();
    const later = { nowMs: START_MS + 5, pingedAtMs: START_MS + 1 };
    expect(socket && afterPush(socket, later)).toMatchObject({ unread: 1 });
  });

  test('takes so many and no more, however it pings', () => {
    const full = { ...fresh, pushes: MAX_PUSHES };
    const seen = { nowMs: START_MS, pingedAtMs: START_MS };
    expect(afterPush({ ...full, pushes: MAX_PUSHES - 1 }, seen)).toBeDefined();
    expect(afterPush(full, seen)).toBeUndefined();
  });

  test('is over when it is silent for too long, or was open for too long', () => {
    const at = (nowMs: number, pingedAtMs?: number) =>
      isOver(fresh, { nowMs: START_MS + nowMs, pingedAtMs: pingedAtMs && START_MS + pingedAtMs });
    expect([at(SILENT_AFTER_MS - 1), at(SILENT_AFTER_MS)]).toEqual([false, true]);
    expect([at(SILENT_AFTER_MS, 1), at(SILENT_AFTER_MS + 1, 1)]).toEqual([false, true]);
    expect(at(LONGEST_LIFE_MS - 1, LONGEST_LIFE_MS - 2)).toBe(false);
    expect(at(LONGEST_LIFE_MS, LONGEST_LIFE_MS)).toBe(true);
  });
});

describe('the shards of a sale', () => {
  function feedsOver(shards: number, isAway: (name: string) => boolean = () => false) {
    const connected: string[] = [];
    const pushed: { name: string; buyers: string[] }[] = [];
    const feeds = createFeeds({
      hashing: edgeHashing,
      shards,
      objects: {
        async connect(name) {
          connected.push(name);
          return new Response(null);
        },
        async push(name, pushes) {
          if (isAway(name)) throw new Error(`${name} is away`);
          pushed.push({ name, buyers: pushes.map(({ buyerId }) => buyerId) });
          return pushes.length;
        },
      },
    });
    return { feeds, connected, pushed };
  }
  const order: FeedOrder = {
    orderId: 'q83vASNFZ4mrze8BI0VniQ',
    saleId: 'phone',
    state: 'paid',
    quantity: 1,
  };

  test('share its buyers evenly, and a buyer is pushed to where it connected', async () => {
    const { feeds, connected, pushed } = feedsOver(8);
    const buyers = Array.from({ length: 4_000 }, (_, index) => `buyer-${index}`);
    for (const buyerId of buyers) await feeds.connect('phone', buyerId);
    const told = await feeds.push(
      'phone',
      buyers.map((buyerId) => ({ buyerId, order })),
    );
    expect(told).toBe(4_000);
    // One call a shard, whatever the batch.
    expect(pushed.map(({ name }) => name).sort()).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((shard) => `phone:${shard}`),
    );
    for (const { name, buyers: ofShard } of pushed) {
      expect(ofShard.length).toBeGreaterThan(400);
      expect(ofShard.length).toBeLessThan(600);
      for (const buyerId of ofShard.slice(0, 20)) {
        expect(connected[buyers.indexOf(buyerId)]).toBe(name);
      }
    }
  });

  test('do not keep a batch from each other: one that is away costs its own buyers', async () => {
    const results = Array.from({ length: 80 }, (_, index) => ({
      buyerId: `buyer-${index}`,
      order,
    }));
    const { feeds, pushed } = feedsOver(8, (name) => name === 'phone:3');
    const told = await feeds.push('phone', results);
    expect(pushed).toHaveLength(7);
    expect(told).toBe(pushed.reduce((sum, { buyers }) => sum + buyers.length, 0));
    expect(told).toBeLessThan(80);
    const alone = feedsOver(8, () => true).feeds;
    await expect(alone.push('phone', results)).rejects.toThrow('is away');
    expect(await alone.push('phone', [])).toBe(0);
  });
});
