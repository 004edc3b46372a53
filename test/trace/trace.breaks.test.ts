/**
 * Where a trace ends, and that nothing else does: an order that the relay appends goes on without
 * one, a collector that hangs delays neither a click nor a stop, and without a collector's address
 * nothing is sent and the log holds no context.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeRecord } from '../../contract/log/codec.ts';
import { originClick } from '../flow/crowd.ts';
import type { ShopProcess } from '../flow/shop.ts';
import { untilThere } from '../life/act.ts';
import { closeTraced, openTraced, type Traced } from './trace.exercise.ts';

describe('traces on the embedded backends', () => {
  let traced: Traced;
  let origin: ShopProcess;
  /** Ids of orders, by what is to be in the log of each. */
  const orders = { with: '', relayed: '', off: '' };

  beforeAll(async () => {
    traced = await openTraced('embedded');
    origin = traced.origin;
  });
  afterAll(() => traced && closeTraced(traced));

  /** Of each order in the log: where its trace goes on. Only while no origin has the file. */
  function contextsInLog(): Map<string, string | undefined> {
    const path = join(traced.shop.environment.DATA_DIR ?? '', 'sluice.db');
    const database = new DatabaseSync(path, { readOnly: true });
    const rows = database.prepare('SELECT value FROM log_records ORDER BY offset').all();
    database.close();
    const records = rows.map(({ value }) => decodeRecord(value as Uint8Array));
    return new Map(
      records.flatMap((record) =>
        record.kind === 'reserved'
          ? record.reservations.map(({ orderId, traceparent }) => [orderId, traceparent] as const)
          : [],
      ),
    );
  }

  const restart = async (variables: Record<string, string>) => {
    await origin.stop();
    origin = await traced.shop.startOrigin(variables);
  };

  it('end where the process died: what the relay appends goes on without one', async () => {
    const before = await traced.click('first');
    await traced.noticeOf(before);
    await restart({ FAILPOINTS: 'admit.after-reserve=kill' });
    const { PASS_KEYS: keys = '' } = traced.shop.environment;
    const context = `00-${'a1'.repeat(16)}-${'b2'.repeat(8)}-01`;
    const click = originClick(origin.url, 'phone', keys);
    await click('second', randomUUID(), { traceparent: context }).catch(() => undefined);
    await origin.ended;
    origin = await traced.shop.startOrigin();

    const relayed = await untilThere(async () =>
      traced.receiver.received.find(({ orderId }) => orderId !== before),
    );
    expect(relayed.headers).not.toHaveProperty('traceparent');
    orders.with = before;
    orders.relayed = relayed.orderId;
    const after = traced.collector.spans.filter(({ traceId }) => traceId === 'a1'.repeat(16));
    expect(after).toEqual([]);
  });

  it('go on without the collector when it hangs: clicks, notices and a stop', async () => {
    traced.collector.behave('hang');
    const orderId = await traced.click('third');
    const notice = await traced.noticeOf(orderId);
    expect(notice.headers.traceparent).toMatch(/^00-/);
    // It would kill itself, and end with an error, when it hung.
    await origin.stop();
    traced.collector.behave('take');
  });

  it('are not there without a collector’s address: nothing is sent', async () => {
    const off = { OTEL_EXPORTER_OTLP_ENDPOINT: '' };
    origin = await traced.shop.startOrigin(off);
    const asked = traced.collector.requests.length;
    const { PASS_KEYS: keys = '' } = traced.shop.environment;
    const traceparent = `00-${'c3'.repeat(16)}-${'d4'.repeat(8)}-01`;
    const click = originClick(origin.url, 'phone', keys);
    const answer = await click('fourth', randomUUID(), { traceparent });
    const { orderId } = (await answer.json()) as { orderId: string };
    const notice = await traced.noticeOf(orderId);
    expect(notice.headers).not.toHaveProperty('traceparent');
    orders.off = orderId;
    await origin.stop();
    const sinceThen = traced.collector.requests.slice(asked);
    expect(sinceThen.filter(({ contentType }) => contentType !== 'application/json')).toEqual([]);
  });

  it('are in the log of sampled orders only', () => {
    const contexts = contextsInLog();
    expect(contexts.get(orders.with)).toMatch(/^00-/);
    expect(contexts.has(orders.relayed) && contexts.has(orders.off)).toBe(true);
    expect(contexts.get(orders.relayed)).toBeUndefined();
    expect(contexts.get(orders.off)).toBeUndefined();
  });
});
