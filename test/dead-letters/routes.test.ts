/** The operator's routes of the dead letters: pages, one letter, and how a refusal is said. */
import { Hono } from 'hono';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../contract/clock.ts';
import { encodeBarrier } from '../../contract/log/codec.ts';
import {
  deadLetterResultSchema,
  deadLettersSchema,
  wholeDeadLetterSchema,
} from '../../contract/operator-dead-letters.ts';
import { PROBLEM_CONTENT_TYPE } from '../../contract/problem.ts';
import { systemRandom } from '../../contract/random.ts';
import { addDeadLetterRoutes } from '../../origin/operator/dead-letter-routes.ts';
import { createSqliteBook } from '../../origin/settle/sqlite-book.ts';
import { openTemporaryDatabase } from '../backends/embedded.ts';
import { createLetterTrial, type LetterTrial } from './dead-letters.stage.ts';

const { database, remove } = openTemporaryDatabase();
const book = createSqliteBook(database, { clock: systemClock, random: systemRandom });
const routes = new Hono();
let trial: LetterTrial;

beforeAll(async () => {
  await book.migrate();
  trial = createLetterTrial(book);
  addDeadLetterRoutes(routes, { book });
  for (let count = 0; count < 3; count += 1) await trial.bury(trial.stray());
  await trial.bury(encodeBarrier({ saleId: 'phone', epoch: 7 }), { offset: 2n ** 63n - 1n });
  await trial.bury(Buffer.from('garbage'));
});
afterAll(() => remove());

async function ask(path: string, method = 'GET') {
  const response = await routes.request(`/operator/dead-letters${path}`, { method });
  expect(response.headers.get('cache-control')).toBe('no-store');
  return { status: response.status, type: response.headers.get('content-type'), response };
}

const listed = async (query: string) =>
  deadLettersSchema.strict().parse(await (await ask(`?${query}`)).response.json());

test('pages say where to go on, and the last one does not', async () => {
  const first = await listed('limit=3');
  expect(first.letters.map(({ id }) => id)).toEqual([1, 2, 3]);
  expect(first.next).toBe(3);
  const second = await listed('limit=3&after=3');
  expect(second.letters.map(({ id }) => id)).toEqual([4, 5]);
  expect(second.next).toBeUndefined();
  expect((await listed('state=replayed')).letters).toEqual([]);
});

test('a letter is shown with what its record holds', async () => {
  const whole = async (id: number) =>
    wholeDeadLetterSchema.strict().parse(await (await ask(`/${id}`)).response.json());
  expect((await whole(1)).record).toMatchObject({ kind: 'reserved', reservations: [{ epoch: 1 }] });
  expect(await whole(4)).toMatchObject({
    offset: '9223372036854775807',
    record: { kind: 'barrier', saleId: 'phone', epoch: 7 },
  });
  const garbage = await whole(5);
  expect(Buffer.from(garbage.value, 'base64').toString()).toBe('garbage');
  expect(garbage.record).toEqual({ kind: 'unreadable', reason: 'not-protobuf' });
  expect(garbage.orderId).toBeUndefined();
});

test.each(['limit=0', 'limit=1001', 'after=-1', 'after=x', 'state=lost', 'after=1.5'])(
  'a query that is none is refused: %s',
  async (query) => {
    const { status, response } = await ask(`?${query}`);
    expect(status).toBe(400);
    expect(await response.json()).toMatchObject({ type: '/problems/invalid-request' });
  },
);

test.each(['/99', '/0', '/abc', '/1e0', '/-1', '/9999999999999999', '/01'])(
  'no letter is no letter: %s',
  async (path) => {
    for (const [verb, method] of [
      ['', 'GET'],
      ['/replay', 'POST'],
      ['/discard', 'POST'],
    ] as const) {
      const { status, type, response } = await ask(`${path}${verb}`, method);
      expect([status, type]).toEqual([404, PROBLEM_CONTENT_TYPE]);
      expect(await response.json()).toMatchObject({ type: '/problems/unknown-letter' });
    }
  },
);

test('what is refused says which way', async () => {
  const refused = async (path: string) => {
    const { status, response } = await ask(path, 'POST');
    expect(status).toBe(409);
    return response.json();
  };
  expect(await refused('/1/replay')).toMatchObject({
    type: '/problems/still-refused',
    detail: expect.stringContaining('the book has no sale'),
  });
  expect(await refused('/5/replay')).toMatchObject({
    type: '/problems/unreadable-letter',
    detail: 'not-protobuf',
  });
  const discarded = await ask('/1/discard', 'POST');
  expect(deadLetterResultSchema.strict().parse(await discarded.response.json())).toMatchObject({
    letter: { id: 1, state: 'discarded' },
    orders: [],
    unwritten: [{ reason: expect.stringContaining('the book has no sale') }],
  });
  expect(await refused('/1/replay')).toMatchObject({
    type: '/problems/letter-closed',
    title: 'This letter was discarded already',
  });
});
