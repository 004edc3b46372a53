/** Gathering: one exchange a sale at a time, each request its own answer, failures told at once. */
import { expect, test } from 'vitest';
import { createGather, MAX_GATHERED } from '../../../origin/waitlist/gather.ts';
import { heldCalls } from '../fakes.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

function setUp() {
  const { calls, call } = heldCalls<{ saleId: string; requests: number[] }, number[]>();
  const ask = createGather<number, number>((saleId, requests) =>
    call({ saleId, requests: [...requests] }),
  );
  return { calls, ask };
}

test('what comes in one turn is one exchange, and what comes meanwhile the next', async () => {
  const { calls, ask } = setUp();
  const first = [ask('phone', 1), ask('phone', 2)];
  await turn();
  const second = [ask('phone', 3), ask('phone', 4)];
  await turn();
  expect(calls.map(({ argument }) => argument.requests)).toEqual([[1, 2]]);
  calls[0]?.resolve([10, 20]);
  expect(await Promise.all(first)).toEqual([10, 20]);
  await turn();
  expect(calls[1]?.argument).toEqual({ saleId: 'phone', requests: [3, 4] });
  calls[1]?.resolve([30, 40]);
  expect(await Promise.all(second)).toEqual([30, 40]);
  const third = ask('phone', 5);
  await turn();
  calls[2]?.resolve([50]);
  expect(await third, 'after a rest').toBe(50);
});

test('sales do not wait for each other', async () => {
  const { calls, ask } = setUp();
  void ask('phone', 1);
  void ask('watch', 2);
  await turn();
  expect(calls.map(({ argument }) => argument.saleId)).toEqual(['phone', 'watch']);
});

test('a failure is told to all who wait, and the next ones are asked anew', async () => {
  const { calls, ask } = setUp();
  const failing = ask('phone', 1);
  await turn();
  const behind = ask('phone', 2);
  calls[0]?.reject(new Error('the book is away'));
  await expect(failing).rejects.toThrow('the book is away');
  await expect(behind).rejects.toThrow('the book is away');
  const later = ask('phone', 3);
  await turn();
  calls[1]?.resolve([30]);
  expect(await later).toBe(30);
});

test('answers that do not match the requests fail, rather than go to the wrong buyer', async () => {
  const { calls, ask } = setUp();
  const asked = [ask('phone', 1), ask('phone', 2)];
  const results = Promise.allSettled(asked);
  await turn();
  calls[0]?.resolve([20]);
  const statuses = (await results).map(({ status }) => status);
  expect(statuses).toEqual(['rejected', 'rejected']);
});

test('an exchange has a limit, and so has what waits', async () => {
  const { calls, ask } = setUp();
  const crowd = Array.from({ length: 10_001 }, (_, index) => ask('phone', index));
  const results = Promise.allSettled(crowd);
  await expect(crowd.at(-1)).rejects.toMatchObject({ code: 'gather-full' });
  await turn();
  expect(calls[0]?.argument.requests).toHaveLength(MAX_GATHERED);
  calls[0]?.reject(new Error('enough'));
  await results;
});
