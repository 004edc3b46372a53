/** Leases while the lease store is away: granted to everybody, and known to be made up. */
import { expect, test } from 'vitest';
import type { LeaseGrant, LeaseStore } from '../../../origin/lease/lease.ts';
import { createOutageLease } from '../../../origin/recover/outage-lease.ts';

const WANT = { name: 'recover', holder: 'one', ttlMs: 200 };
const REAL: LeaseGrant = { name: 'recover', holder: 'one', fence: 7, expiresAtMs: 9 };

/** A store of which a test says what it answers. */
function setUp() {
  const told: string[] = [];
  const world = { answer: async (): Promise<LeaseGrant | undefined> => REAL };
  const leases = {
    acquire() {
      told.push('acquire');
      return world.answer();
    },
    renew() {
      told.push('renew');
      return world.answer();
    },
    release: async ({ fence }: LeaseGrant) => void told.push(`release ${fence}`),
  } as unknown as LeaseStore;
  return { world, told, outage: createOutageLease(leases, () => 1_000) };
}

test('a store that answers has the word', async () => {
  const { world, told, outage } = setUp();
  expect(await outage.acquire(WANT)).toBe(REAL);
  expect(outage.isMadeUp()).toBe(false);
  world.answer = async () => undefined;
  expect(await outage.renew(REAL, 200)).toBeUndefined();
  expect(outage.isMadeUp()).toBe(false);
  await outage.release(REAL);
  expect(told).toEqual(['acquire', 'renew', 'release 7']);
});

test.each([
  ['refuses', () => Promise.reject(new Error('connection refused'))],
  ['is mute', () => new Promise<never>(() => {})],
])('a store that %s lets anybody act, and nothing is given back to it', async (_name, away) => {
  const { world, told, outage } = setUp();
  world.answer = away;
  const grant = await outage.acquire(WANT);
  expect(grant).toEqual({ name: 'recover', holder: 'one', fence: 0, expiresAtMs: 1_200 });
  expect(outage.isMadeUp()).toBe(true);
  expect(await outage.renew(REAL, 200), 'a real one goes on so').toMatchObject({ fence: 0 });
  if (grant !== undefined) await outage.release(grant);
  expect(told).toEqual(['acquire', 'renew']);
});

test('once it answers again, a made-up lease is a real one or none', async () => {
  const { world, told, outage } = setUp();
  world.answer = () => Promise.reject(new Error('connection refused'));
  const grant = await outage.acquire(WANT);
  world.answer = async () => REAL;
  expect(grant && (await outage.renew(grant, 200))).toBe(REAL);
  expect(outage.isMadeUp()).toBe(false);
  expect(told).toEqual(['acquire', 'acquire']);
});
