/**
 * An origin whose leases are in etcd, while etcd is killed and comes back: `/readyz` says what is
 * wrong, and the roles are held again.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { base64 } from '../../origin/lease/etcd-requests.ts';
import {
  describeWithEtcd,
  KEY_PREFIX,
  type OwnEtcd,
  startOwnEtcd,
  until,
} from '../backends/own-etcd.ts';
import { openShop, type Shop, type ShopProcess } from '../flow/shop.ts';

describeWithEtcd('etcd', () => {
  let etcd: OwnEtcd;
  let shop: Shop;
  let origin: ShopProcess;
  beforeAll(async () => {
    etcd = await startOwnEtcd();
    shop = await openShop('embedded');
    const variables = { LEASE_URL: `etcd://${etcd.endpoints[0]}`, LOG_LEVEL: 'silent' };
    origin = await shop.startOrigin(variables);
  });
  afterAll(async () => {
    await shop?.close();
    await etcd?.remove();
  });

  async function readiness(): Promise<{ status: number; text: string }> {
    const answer = await fetch(`${origin.url}/readyz`);
    return { status: answer.status, text: await answer.text() };
  }

  it('is killed and comes back with its data', async () => {
    expect(await readiness()).toMatchObject({ status: 200 });
    await until(async () => (await heldRoles()) > 0, 'a role is held');
    await etcd.members[0]?.kill();
    const { status, text } = await readiness();
    expect(status).toBe(503);
    expect(text).toMatch(/"lease":"etcd at 127\.0\.0\.1:\d+ does not serve: /);
    expect(text).not.toMatch(/"(stock|log|book)"/);
    await etcd.members[0]?.start();
    await until(async () => (await readiness()).status === 200, 'ready');
    await until(async () => (await heldRoles()) > 0, 'a role is held again');
  });

  it('gives its roles up when the origin stops', async () => {
    await until(async () => (await heldRoles()) > 0, 'a role is held');
    await origin.stop();
    expect(await heldRoles()).toBe(0);
  });

  async function keysOfLeases(): Promise<string[]> {
    const range = { key: base64(`${KEY_PREFIX}lease/`), range_end: base64(`${KEY_PREFIX}lease0`) };
    const answer = await etcd.client.ask('kv/range', { ...range, keys_only: true });
    const { kvs = [] } = answer as { kvs?: { key: string }[] };
    return kvs.map(({ key }) => Buffer.from(key, 'base64').toString());
  }
  async function heldRoles(): Promise<number> {
    return (await keysOfLeases()).filter((key) => key.endsWith('/holder')).length;
  }
});
