/**
 * What happens to real Redis servers, and what the stock ledger shows of it: whether data may have
 * been lost is seen in `terms`, and nothing is ever half done. Each test has servers of its own.
 */
import { copyFile, readdir, readFile, rm, truncate } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createRedisStock } from '../../origin/admit/redis-stock.ts';
import type { StockLedger } from '../../origin/admit/stock.ts';
import { connectRedis } from '../../origin/redis-socket.ts';
import { startTcpProxy } from '../faults/tcp-proxy.ts';
import { describeWithOwnRedis, type OwnRedis, startOwnRedis } from './own-redis.ts';
import { createTrial, order, request, termsOf } from './stock.trial.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function ownRedis(): Promise<OwnRedis> {
  const redis = await startOwnRedis();
  closing.push(redis.remove);
  return redis;
}

function stockOn(url: string): StockLedger {
  const stock = createRedisStock({ redis: connectRedis({ url }) });
  closing.push(stock.close);
  return stock;
}

/** A sale of 9 units, two of them taken. */
async function openSale(url: string) {
  const trial = createTrial(stockOn(url));
  await trial.load(9);
  await trial.verdicts([request(1), request(2)]);
  return trial;
}

const BUSY = termsOf({ stock: 7, takenUnits: 2, seq: 2, outbox: 2 });

describeWithOwnRedis('redis is emptied', () => {
  test('FLUSHALL leaves no terms; the sale recovers until it is loaded again', async () => {
    const redis = await ownRedis();
    const { stock, saleId, reserve, release, hold, freeze, reopen } = await openSale(redis.url);
    await redis.ask('FLUSHALL');
    expect(await stock.terms(saleId)).toBeUndefined();
    expect(await reserve([request(3)])).toEqual({ kind: 'recovering' });
    expect(await release({})).toBe('recovering');
    expect(await hold({})).toBe('recovering');
    expect(await reopen()).toBe('lost');
    await freeze();
    expect(await reopen()).toBe('loaded');
    expect(await stock.terms(saleId)).toEqual(termsOf({ epoch: 2, stock: 5 }));
  });

  test('FLUSHALL in the middle of a recovery is lost, and nothing is opened', async () => {
    const redis = await ownRedis();
    const { stock, saleId, freeze, fill, reopen } = await openSale(redis.url);
    await freeze();
    await redis.ask('FLUSHALL');
    expect(await fill({ releasedIds: [order(8)] })).toBe('lost');
    expect(await reopen()).toBe('lost');
    expect(await stock.terms(saleId)).toBeUndefined();
  });

  test('SCRIPT FLUSH in the middle of a load fails no call', async () => {
    const redis = await ownRedis();
    const { stock, saleId, freeze, fill, reopen, reserve } = await openSale(redis.url);
    await freeze();
    for (let start = 0; start < 1_000; start += 100) {
      const numbers = Array.from({ length: 100 }, (_, index) => start + index);
      const holdings = numbers.map((number) => request(number));
      const filled = fill({ holdings });
      await redis.ask('SCRIPT', 'FLUSH');
      expect(await filled).toBe('filled');
    }
    await redis.ask('SCRIPT', 'FLUSH');
    expect(await reopen()).toBe('loaded');
    await redis.ask('SCRIPT', 'FLUSH');
    expect(await reserve([request(999)], { epoch: 2 })).toMatchObject({
      verdicts: [{ kind: 'held' }],
    });
    expect(await stock.terms(saleId)).toMatchObject({ epoch: 2, stock: 5, frozen: false });
  });
});

describeWithOwnRedis('redis is restarted', () => {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    test(`after ${signal} it has all that it answered, and another lineage`, async () => {
      const redis = await ownRedis();
      const { stock, saleId, reserve } = await openSale(redis.url);
      expect(await stock.terms(saleId)).toEqual(BUSY);
      await redis.end(signal);
      await expect(reserve([request(3)])).rejects.toMatchObject({ code: 'redis-unavailable' });
      await redis.start();
      const terms = () => stock.terms(saleId).catch(() => 'away');
      await expect.poll(terms, { timeout: 20_000 }).toEqual({ ...BUSY, lineage: 'other' });
      // Whether to stop a sale for it is not for the store to say.
      expect(await reserve([request(1), request(3)])).toMatchObject({
        verdicts: [{ kind: 'held' }, { kind: 'reserved', seq: 3 }],
      });
    });
  }

  test('in the middle of a recovery it loses that one, and the next one is whole', async () => {
    const redis = await ownRedis();
    const { stock, saleId, freeze, fill, reopen } = await openSale(redis.url);
    await freeze();
    await fill({ releasedIds: [order(8)] });
    await redis.end('SIGKILL');
    await redis.start();
    await expect.poll(() => stock.ping().then(() => 'serves'), { timeout: 20_000 }).toBe('serves');
    const frozen = termsOf({ epoch: 2, frozen: true, outbox: 2 });
    expect(await stock.terms(saleId)).toEqual({ ...frozen, lineage: 'other' });
    expect(await fill({ releasedIds: [order(8)] })).toBe('lost');
    expect(await reopen()).toBe('lost');
    expect(await freeze()).toBe('frozen');
    expect(await stock.terms(saleId)).toEqual(frozen);
    expect(await fill({ releasedIds: [order(8)] })).toBe('filled');
    expect(await reopen()).toBe('loaded');
    expect(await stock.terms(saleId)).toMatchObject({ epoch: 2, lineage: 'same' });
  });

  test('an append-only file without its tail lost whole calls; another lineage', async () => {
    const redis = await ownRedis();
    const { stock, saleId, reserve } = await openSale(redis.url);
    await reserve([request(3), request(4)]);
    await redis.end('SIGKILL');
    const file = await appendOnlyFile(redis);
    // In the middle of what the last call wrote: state, buyers and outbox are one transaction.
    const text = await readFile(file, 'latin1');
    await truncate(file, text.lastIndexOf('HSET') + 9);
    await redis.start(['--aof-load-truncated', 'yes']);
    await expect.poll(() => stock.ping().then(() => 'serves'), { timeout: 20_000 }).toBe('serves');
    expect(await stock.terms(saleId)).toEqual({ ...BUSY, lineage: 'other' });
    expect(await stock.find(saleId, 'buyer-3')).toBeUndefined();
    expect(await stock.find(saleId, 'buyer-2')).toMatchObject({ orderId: order(2) });
  });

  test('a restored older file is another lineage', async () => {
    const redis = await ownRedis();
    const { stock, saleId, reserve } = await openSale(redis.url);
    await redis.ask('SAVE');
    const dump = path.join(redis.dataFolder, 'dump.rdb');
    await copyFile(dump, `${dump}.yesterday`);
    await reserve([request(3)]);
    await redis.end('SIGTERM');
    await rm(path.join(redis.dataFolder, 'appendonlydir'), { recursive: true });
    await copyFile(`${dump}.yesterday`, dump);
    await redis.start(['--appendonly', 'no']);
    await expect.poll(() => stock.ping().then(() => 'serves'), { timeout: 20_000 }).toBe('serves');
    expect(await stock.terms(saleId)).toEqual({ ...BUSY, lineage: 'other' });
    // What it would do if nobody looked: the same unit and the same number once more.
    expect(await reserve([request(9)])).toMatchObject({ verdicts: [{ kind: 'reserved', seq: 3 }] });
  });

  test('killed among many calls, it has every order that it answered, once', async () => {
    const redis = await ownRedis();
    const { stock, saleId, load, reserve } = createTrial(stockOn(redis.url));
    await load(1_000_000);
    const answered = new Set<number>();
    let number = 0;
    let going = true;
    async function buy(): Promise<void> {
      while (going) {
        const mine = Array.from({ length: 8 }, () => (number += 1));
        const reply = await reserve(mine.map((each) => request(each))).catch(() => undefined);
        if (reply?.kind === 'done') for (const each of mine) answered.add(each);
      }
    }
    const buying = Array.from({ length: 20 }, buy);
    await expect.poll(() => answered.size, { timeout: 20_000 }).toBeGreaterThan(2_000);
    await redis.end('SIGKILL');
    going = false;
    await Promise.all(buying);
    await redis.start();
    await expect.poll(() => stock.ping().then(() => 'serves'), { timeout: 20_000 }).toBe('serves');
    const terms = await stock.terms(saleId);
    expect(terms).toMatchObject({ lineage: 'other', seq: terms?.takenUnits });
    expect(terms).toMatchObject({ outbox: terms?.seq, stock: 1_000_000 - (terms?.seq ?? 0) });
    const pending = await stock.pending({ saleId, beforeMs: 2 ** 52, limit: 1_000_000 });
    const kept = new Set(pending.map(({ orderId }) => orderId));
    expect([...answered].filter((each) => !kept.has(order(each)))).toEqual([]);
    expect(pending.map(({ seq }) => seq)).toEqual(pending.map((_, index) => index + 1));
  });
});

describeWithOwnRedis('redis has replicas', () => {
  async function replicaOf(master: { host: string; port: number }): Promise<OwnRedis> {
    const replica = await ownRedis();
    await replica.ask('REPLICAOF', master.host, master.port);
    const link = async () => String(await replica.ask('INFO', 'replication'));
    await expect.poll(link, { timeout: 20_000 }).toContain('master_link_status:up');
    return replica;
  }

  async function replicationId(redis: OwnRedis): Promise<string | undefined> {
    const text = String(await redis.ask('INFO', 'replication'));
    return /master_replid:(\w+)/.exec(text)?.[1];
  }

  test('a replica that lagged and takes over is another lineage', async () => {
    const master = await ownRedis();
    const link = await startTcpProxy(master);
    closing.push(link.close);
    const replica = await replicaOf({ host: master.host, port: link.port });
    const target = { host: master.host, port: master.port };
    const door = await startTcpProxy(target);
    closing.push(door.close);
    const { stock, saleId, reserve } = await openSale(door.through(master.url));
    const offset = async () => await replica.ask('HGET', `sluice:{${saleId}:0}:state`, 'seq');
    await expect.poll(offset, { timeout: 20_000 }).toBe('2');
    link.swallowAnswers(true);
    await reserve([request(3)]);
    expect(await stock.terms(saleId)).toMatchObject({ seq: 3, lineage: 'same' });
    await master.end('SIGKILL');
    await replica.ask('REPLICAOF', 'NO', 'ONE');
    target.port = replica.port;
    await expect.poll(() => stock.ping().then(() => 'serves'), { timeout: 20_000 }).toBe('serves');
    expect(await stock.terms(saleId)).toEqual({ ...BUSY, lineage: 'other' });
    expect(await reserve([request(9)])).toMatchObject({ verdicts: [{ kind: 'reserved', seq: 3 }] });
  });

  test('a master that followed another for a while is another lineage', async () => {
    const redis = await ownRedis();
    const { stock, saleId } = await openSale(redis.url);
    const other = await replicaOf(redis);
    await other.ask('REPLICAOF', 'NO', 'ONE');
    await redis.ask('REPLICAOF', other.host, other.port);
    const link = async () => String(await redis.ask('INFO', 'replication'));
    await expect.poll(link, { timeout: 20_000 }).toContain('master_link_status:up');
    await redis.ask('REPLICAOF', 'NO', 'ONE');
    expect(await stock.terms(saleId)).toEqual({ ...BUSY, lineage: 'other' });
  });

  test('a first replica, and the last one going, change the replication id alone', async () => {
    const redis = await ownRedis();
    const { stock, saleId } = await openSale(redis.url);
    const alone = await replicationId(redis);
    const replica = await replicaOf(redis);
    const followed = await replicationId(redis);
    expect(followed).not.toBe(alone);
    expect(await stock.terms(saleId)).toEqual(BUSY);
    await redis.ask('CONFIG', 'SET', 'repl-backlog-ttl', 1);
    await replica.end('SIGKILL');
    await expect.poll(() => replicationId(redis), { timeout: 20_000 }).not.toBe(followed);
    expect(await stock.terms(saleId)).toEqual(BUSY);
  });
});

describeWithOwnRedis('the memory of redis is full', () => {
  test('reserving and releasing are refused whole, and go on once there is room', async () => {
    const redis = await ownRedis();
    const { stock, saleId, reserve, release, hold } = await openSale(redis.url);
    await redis.ask('CONFIG', 'SET', 'maxmemory', 1);
    const refused = { code: 'redis-unavailable' };
    await expect(reserve([request(3), request(4)])).rejects.toMatchObject(refused);
    await expect(release({})).rejects.toMatchObject(refused);
    await expect(hold({ orderId: order(5), buyerId: 'buyer-5' })).rejects.toMatchObject(refused);
    expect(await stock.terms(saleId)).toEqual(BUSY);
    for (const buyer of ['buyer-3', 'buyer-4', 'buyer-5']) {
      expect(await stock.find(saleId, buyer)).toBeUndefined();
    }
    // A winner learns of the order, and what the log has leaves the outbox: neither needs room.
    expect(await reserve([request(1)])).toMatchObject({ verdicts: [{ kind: 'held' }] });
    await stock.confirm(saleId, [order(1)]);
    await redis.ask('CONFIG', 'SET', 'maxmemory', 0);
    expect(await release({})).toBe('applied');
    expect(await reserve([request(3), request(4)])).toMatchObject({ stockLeft: 6 });
    const terms = termsOf({ stock: 6, takenUnits: 4, seq: 4, outbox: 3 });
    expect(await stock.terms(saleId)).toEqual(terms);
  });

  test('a sale can be frozen and opened, and is filled once there is room', async () => {
    const redis = await ownRedis();
    const { stock, saleId, freeze, fill, reopen } = await openSale(redis.url);
    await redis.ask('CONFIG', 'SET', 'maxmemory', 1);
    expect(await freeze()).toBe('frozen');
    const filling = fill({ holdings: [request(7)], releasedIds: [order(8)] });
    await expect(filling).rejects.toMatchObject({ code: 'redis-unavailable' });
    expect(await stock.find(saleId, 'buyer-7')).toBeUndefined();
    await redis.ask('CONFIG', 'SET', 'maxmemory', 0);
    await fill({ holdings: [request(7)], releasedIds: [order(8)] });
    await redis.ask('CONFIG', 'SET', 'maxmemory', 1);
    expect(await reopen()).toBe('loaded');
    expect(await stock.terms(saleId)).toEqual(termsOf({ epoch: 2, stock: 5, outbox: 2 }));
  });
});

/** The part that grows; the one before it is the base. */
async function appendOnlyFile({ dataFolder }: OwnRedis): Promise<string> {
  const folder = path.join(dataFolder, 'appendonlydir');
  const name = (await readdir(folder)).find((file) => file.endsWith('.incr.aof'));
  return path.join(folder, name ?? 'missing');
}
