/** Who joins the line: pure decisions. What the databases make of them is in test/waitlist/. */
import { expect, test } from 'vitest';
import { decideJoins, type LineRow } from '../../../origin/waitlist/decide-joins.ts';

const line = { waitlistCap: 10, waiting: 4, hasUnitsComing: false, hasEnded: false };
const row = (change: Partial<LineRow>): [string, LineRow] => {
  const made: LineRow = {
    number: 7,
    buyerId: 'ann',
    quantity: 1,
    state: 'waiting',
    joinedAtMs: 900,
    ...change,
  };
  return [made.buyerId, made];
};
const ask = (buyerId: string, quantity = 1) => ({ buyerId, quantity });
const nobody = new Set<string>();
const none = new Map<string, LineRow>();

test('new buyers stand at the end, in the order of their coming', () => {
  const requests = [ask('zoe', 2), ask('ann'), ask('zoe', 3)];
  const decision = decideJoins({ requests, line, holders: nobody, rows: none, nowMs: 1_000 });
  expect(decision.added).toEqual([ask('zoe', 3), ask('ann')]);
  expect([...decision.verdicts]).toEqual([
    ['zoe', { kind: 'joined', place: 5, quantity: 3, joinedAtMs: 1_000 }],
    ['ann', { kind: 'joined', place: 6, quantity: 1, joinedAtMs: 1_000 }],
  ]);
});

test('the cap counts those who wait already, and only takes room from new ones', () => {
  const requests = [ask('ann'), ask('bea'), ask('cid'), ask('dan')];
  const decision = decideJoins({
    requests,
    line: { ...line, waitlistCap: 6 },
    holders: new Set(['bea']),
    rows: new Map([row({ buyerId: 'ann' })]),
    nowMs: 1_000,
  });
  expect(Array.from(decision.verdicts.values(), ({ kind }) => kind)).toEqual([
    'waits',
    'has-order',
    'joined',
    'joined',
  ]);
  const full = decideJoins({
    requests: [ask('ann', 2), ask('cid')],
    line: { ...line, waitlistCap: 4 },
    holders: nobody,
    rows: new Map([row({ buyerId: 'ann' })]),
    nowMs: 1_000,
  });
  expect(full.added).toEqual([]);
  expect(full.changed).toEqual(new Map([[2, [7]]]));
  expect(full.verdicts.get('cid')).toEqual({ kind: 'waitlist-full' });
});

test('a cap below those who wait takes nobody', () => {
  const requests = [ask('cid')];
  const over = { ...line, waitlistCap: 2 };
  const decision = decideJoins({ requests, line: over, holders: nobody, rows: none, nowMs: 1 });
  expect(decision.verdicts.get('cid')).toEqual({ kind: 'waitlist-full' });
});

test('who waits keeps number and time; the same quantity writes nothing', () => {
  const decision = decideJoins({
    requests: [ask('ann'), ask('bea', 3), ask('cid', 3)],
    line: { ...line, hasUnitsComing: true },
    holders: nobody,
    rows: new Map([
      row({ buyerId: 'ann' }),
      row({ buyerId: 'bea', number: 8 }),
      row({ buyerId: 'cid', number: 9 }),
    ]),
    nowMs: 1_000,
  });
  expect(decision).toMatchObject({ added: [], replaced: [] });
  expect(decision.changed).toEqual(new Map([[3, [8, 9]]]));
  const kept = { kind: 'waits', number: 7, quantity: 1, joinedAtMs: 900 };
  expect(decision.verdicts.get('ann')).toEqual(kept);
  expect(decision.verdicts.get('bea')).toEqual({ ...kept, number: 8, quantity: 3 });
});

test.each(['served', 'left'] as const)('who was %s gets a new row, if there is room', (state) => {
  const question = {
    requests: [ask('ann')],
    holders: nobody,
    rows: new Map([row({ state })]),
    nowMs: 1_000,
  };
  expect(decideJoins({ ...question, line })).toMatchObject({
    added: [ask('ann')],
    replaced: [7],
  });
  const full = { ...line, waitlistCap: 4 };
  expect(decideJoins({ ...question, line: full })).toMatchObject({ added: [], replaced: [] });
});

test('nobody new joins while units come back, and nobody at all after the end', () => {
  const question = { requests: [ask('ann'), ask('bea')], holders: new Set(['bea']), nowMs: 1_000 };
  const kinds = (change: Partial<typeof line>) => {
    const decision = decideJoins({ ...question, rows: none, line: { ...line, ...change } });
    expect(decision.added).toEqual([]);
    return Array.from(decision.verdicts.values(), ({ kind }) => kind);
  };
  expect(kinds({ hasUnitsComing: true })).toEqual(['not-sold-out', 'has-order']);
  expect(kinds({ hasEnded: true })).toEqual(['ended', 'ended']);
});
