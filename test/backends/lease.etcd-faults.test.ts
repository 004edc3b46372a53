/**
 * What etcd may do to a lease: lose an answer, be killed and start again with its data, be away for
 * longer than the lease lives, hang, lose one member of three; and how many are woken when a role
 * becomes free.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../contract/clock.ts';
import { etcdLeaseKeys } from '../../origin/lease/etcd-keys.ts';
import { createEtcdLease } from '../../origin/lease/etcd-lease.ts';
import { base64 } from '../../origin/lease/etcd-requests.ts';
import type { LeaseGrant, LeaseStore } from '../../origin/lease/lease.ts';
import { createLosingProxy, type LosingProxy } from './losing-proxy.ts';
import {
  counterOf,
  describeWithEtcd,
  KEY_PREFIX,
  lengthOfLine,
  type OwnEtcd,
  startOwnEtcd,
  until,
} from './own-etcd.ts';

const LONG_MS = 60_000;
const WAITERS = 12;

const closing: LeaseStore[] = [];
const stopping: AbortController[] = [];
afterEach(async () => {
  for (const one of stopping.splice(0)) one.abort();
  for (const lease of closing.splice(0)) await lease.close();
});

function leaseAt(...endpoints: string[]): LeaseStore {
  const lease = createEtcdLease({ endpoints, keyPrefix: KEY_PREFIX, clock: systemClock });
  closing.push(lease);
  return lease;
}

async function grantOf(asked: Promise<LeaseGrant | undefined>): Promise<LeaseGrant> {
  const grant = await asked;
  if (grant === undefined) throw new Error('it was not granted');
  return grant;
}

/** Asks until it is granted, as a role does whose store fails now and then. */
async function insist(lease: LeaseStore, want: Parameters<LeaseStore['acquire']>[0]) {
  let grant: LeaseGrant | undefined;
  await until(async () => {
    grant = await lease.acquire(want).catch(() => undefined);
    return grant !== undefined;
  }, `${want.holder} has ${want.name}`);
  if (grant === undefined) throw new Error('it was not granted');
  return grant;
}

describeWithEtcd('etcd', () => {
  describe('one member', () => {
    let etcd: OwnEtcd;
    let endpoint: string;
    let proxy: LosingProxy;
    beforeAll(async () => {
      etcd = await startOwnEtcd();
      endpoint = etcd.endpoints[0] ?? '';
      proxy = await createLosingProxy(endpoint);
    });
    afterAll(async () => {
      await proxy.close();
      await etcd.remove();
    });

    test.each(['lease/grant', 'kv/txn', 'lease/keepalive', 'lease/revoke'])(
      'an answer to %s that is lost changes nothing but the time',
      async (path) => {
        const lease = leaseAt(proxy.endpoint);
        const direct = leaseAt(endpoint);
        const want = { name: `lost-${path.replace('/', '-')}`, holder: 'ann', ttlMs: LONG_MS };
        const other = { ...want, holder: 'bob' };
        for (let skipped = 0; skipped < 3; skipped += 1) {
          proxy.lose(path, skipped);
          const grant = await insist(lease, want);
          expect(await direct.acquire(other)).toBeUndefined();
          await until(
            async () => (await lease.renew(grant, LONG_MS).catch(() => undefined)) !== undefined,
            'a renewal',
          );
          expect(await direct.acquire(other)).toBeUndefined();
          await until(
            () =>
              lease.release(grant).then(
                () => true,
                () => false,
              ),
            'a release',
          );
          const next = await insist(direct, other);
          expect(next.fence).toBeGreaterThan(grant.fence);
          await direct.release(next);
        }
        expect(proxy.lost, 'it was lost at least once').toBeGreaterThan(0);
        proxy.lost = 0;
      },
    );

    test('a lost answer is asked for at the other address, and granted once', async () => {
      const lease = leaseAt(proxy.endpoint, endpoint);
      const want = { name: 'twice', holder: 'ann', ttlMs: LONG_MS };
      proxy.lose('kv/txn', 1);
      const grant = await grantOf(lease.acquire(want));
      expect(proxy.lost).toBe(1);
      proxy.lost = 0;
      expect(await lease.renew(grant, LONG_MS), 'the fence is the right one').toBeDefined();
    });

    test('one that goes wakes one, however many wait', async () => {
      const name = 'many';
      const lease = leaseAt(endpoint);
      let held = await grantOf(lease.acquire({ name, holder: 'first', ttlMs: LONG_MS }));
      const stop = new AbortController();
      stopping.push(stop);
      const turns: string[] = [];
      for (let index = 0; index < WAITERS; index += 1) {
        // So long that none looks again by itself meanwhile.
        const want = { name, holder: `waiter-${index}`, ttlMs: 10 * LONG_MS };
        const waiting = leaseAt(endpoint).awaitTurn?.(want, stop.signal);
        void waiting?.then(() => turns.push(want.holder));
        await until(async () => (await lengthOfLine(etcd, name)) === index + 1, 'a place in line');
      }
      const asked = () => counterOf(endpoint, 'grpc_server_started_total', /Txn|Range|Lease|Watch/);
      await until(async () => (await watchersOf(endpoint)) === WAITERS, 'all watch');
      for (let index = 0; index < 3; index += 1) {
        const before = await asked();
        await lease.release(held);
        await until(() => turns.length === index + 1, 'a turn');
        held = await grantOf(lease.acquire({ name, holder: turns[index] ?? '', ttlMs: LONG_MS }));
        await until(async () => (await watchersOf(endpoint)) === WAITERS - index - 1, 'the next');
        // Releasing 2, the head's look 1, its grant 5, its follower's look and watch 3.
        expect((await asked()) - before).toBeLessThanOrEqual(14);
      }
      expect(turns).toEqual(['waiter-0', 'waiter-1', 'waiter-2']);
    });

    test('who dies in line leaves it, and its follower waits for the one before', async () => {
      const name = 'dying';
      const lease = leaseAt(endpoint);
      const held = await grantOf(lease.acquire({ name, holder: 'first', ttlMs: LONG_MS }));
      const stop = new AbortController();
      stopping.push(stop);
      // Its place is on a lease of two seconds that nobody keeps alive: its connection is cut off.
      const cut = await createLosingProxy(endpoint);
      const dying = leaseAt(cut.endpoint);
      const died = dying.awaitTurn?.({ name, holder: 'dying', ttlMs: 2_000 }, stop.signal);
      const end = expect(died).rejects.toThrow(/does not serve/);
      await until(async () => (await lengthOfLine(etcd, name)) === 1, 'a place in line');
      let isTurn = false;
      const next = lease.awaitTurn?.({ name, holder: 'next', ttlMs: LONG_MS }, stop.signal);
      void next?.then(() => {
        isTurn = true;
      });
      await until(async () => (await lengthOfLine(etcd, name)) === 2, 'a place in line');
      await cut.close();
      await end;
      await until(async () => (await lengthOfLine(etcd, name)) === 1, 'the dead one left');
      expect(isTurn, 'somebody has the role').toBe(false);
      await lease.release(held);
      await until(() => isTurn, 'its turn');
    });

    test('who stops waiting leaves the line at once', async () => {
      const name = 'leaving';
      const lease = leaseAt(endpoint);
      await lease.acquire({ name, holder: 'first', ttlMs: LONG_MS });
      const stop = new AbortController();
      const waiting = lease.awaitTurn?.({ name, holder: 'next', ttlMs: LONG_MS }, stop.signal);
      await until(async () => (await lengthOfLine(etcd, name)) === 1, 'a place in line');
      stop.abort();
      await waiting;
      expect(await lengthOfLine(etcd, name)).toBe(0);
    });

    test('whose grant was lost on its way does not wait behind the others', async () => {
      const name = 'lost-grant';
      const [losing, direct] = [leaseAt(proxy.endpoint), leaseAt(endpoint)];
      const want = (holder: string) => ({ name, holder, ttlMs: LONG_MS });
      const held = await grantOf(direct.acquire(want('first')));
      const stop = new AbortController();
      stopping.push(stop);
      const turn = losing.awaitTurn?.(want('ann'), stop.signal);
      await until(async () => (await lengthOfLine(etcd, name)) === 1, 'a place in line');
      void direct.awaitTurn?.(want('bob'), stop.signal);
      await until(async () => (await lengthOfLine(etcd, name)) === 2, 'a place in line');
      await direct.release(held);
      await turn;
      // The look, then the transaction that takes it.
      proxy.lose('kv/txn', 1);
      await expect(losing.acquire(want('ann'))).rejects.toThrow(/does not serve/);
      expect(proxy.lost).toBe(1);
      proxy.lost = 0;
      await losing.awaitTurn?.(want('ann'), stop.signal);
      expect(await losing.acquire(want('ann'))).toBeDefined();
    });

    test('a watch from before what etcd has forgotten ends, so as to look anew', async () => {
      const lease = leaseAt(endpoint);
      const want = { name: 'forgotten', holder: 'ann', ttlMs: LONG_MS };
      const grant = await grantOf(lease.acquire(want));
      const revision = String(grant.fence);
      const body = JSON.stringify({ revision });
      await fetch(`http://${endpoint}/v3/kv/compaction`, { method: 'POST', body });
      const stop = new AbortController();
      stopping.push(stop);
      const { holder } = etcdLeaseKeys(KEY_PREFIX, want.name);
      const create = { key: base64(holder), start_revision: '1' };
      await etcd.client.watch(create, { forMs: 10 * LONG_MS, signal: stop.signal });
    });

    test('killed and started with its data, the lease goes on', async () => {
      const lease = leaseAt(endpoint);
      const want = { name: 'restart', holder: 'ann', ttlMs: LONG_MS };
      const grant = await grantOf(lease.acquire(want));
      await etcd.members[0]?.kill();
      await expect(lease.ping()).rejects.toThrow(`etcd at ${endpoint} does not serve`);
      await etcd.members[0]?.start();
      expect(await lease.renew(grant, LONG_MS)).toMatchObject({ fence: grant.fence });
      expect(await lease.acquire({ ...want, holder: 'bob' })).toBeUndefined();
    });

    test('a hanging member is not waited for without end', async () => {
      const lease = leaseAt(endpoint);
      etcd.members[0]?.signal('SIGSTOP');
      // It does not stop at the very moment of the signal.
      const reason = () =>
        lease.ping().then(
          () => '',
          (error: Error) => error.message,
        );
      await until(async () => /no answer within 2000 ms/.test(await reason()), 'a time-out');
      etcd.members[0]?.signal('SIGCONT');
      await lease.ping();
    });
  });

  test('three members: without one the lease goes on, without two nobody has it', async () => {
    const etcd = await startOwnEtcd({ members: 3 });
    const lease = leaseAt(...etcd.endpoints);
    const want = { name: 'members', holder: 'ann', ttlMs: LONG_MS };
    let grant = await grantOf(lease.acquire(want));
    for (const member of etcd.members) {
      await member.kill();
      await until(async () => {
        const renewed = await lease.renew(grant, LONG_MS).catch(() => undefined);
        grant = renewed ?? grant;
        return renewed !== undefined;
      }, 'a renewal');
      expect(await lease.acquire({ ...want, holder: 'bob' })).toBeUndefined();
      await member.start();
    }
    await etcd.members[0]?.kill();
    await etcd.members[1]?.kill();
    await expect(lease.renew(grant, LONG_MS)).rejects.toThrow(/does not serve/);
    await etcd.members[0]?.start();
    await until(
      async () => (await lease.renew(grant, LONG_MS).catch(() => undefined)) !== undefined,
    );
    await etcd.remove();
  });
});

async function watchersOf(endpoint: string): Promise<number> {
  const text = await (await fetch(`http://${endpoint}/metrics`)).text();
  return Number(/^etcd_debugging_mvcc_watcher_total (\d+)/m.exec(text)?.[1] ?? 0);
}
