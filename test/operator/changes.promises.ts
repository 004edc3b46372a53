/** What the record of changes promises, on every database. */
import type { Hono } from 'hono';
import { expect } from 'vitest';
import { json } from '../../origin/http/answer.ts';
import { readBody } from '../../origin/http/body.ts';
import { beginChange, endChange } from '../../origin/operator/changes-book.ts';
import type { OrderBook } from '../../origin/settle/book.ts';
import {
  createOperatorStage,
  type OperatorStage,
  operatorRoutes,
  WATCH,
} from './operator.stage.ts';

export interface ChangePromise {
  promise: string;
  check(book: OrderBook): Promise<void>;
}

/** Of no other promise. */
const newName = () => `sale-${crypto.randomUUID().slice(0, 8)}`;
const termsOf = (saleId: string) => ({
  ...{ saleId, title: '手机 📱', units: 10, price: 199_900, currency: 'CNY' },
  ...{ opensAt: '2026-11-11T00:00:00.000Z', closesAt: '2099-11-11T00:00:00.000Z' },
});

/** A route that somebody adds later; `act` is what it does. */
const withRoute = (act: () => Promise<number>) => (app: Hono) => {
  app.post('/operator/things/:thingId/turn', async (context) => {
    const body = await readBody(context.req);
    return json({ read: body.kind === 'text' ? body.text : body.kind }, await act());
  });
};
const turn = (thing: string) => `/operator/things/${thing}/turn`;

/** A book that fails at the given calls of `transact`, counted from 1. */
function failingAt(book: OrderBook, ...calls: number[]): OrderBook {
  let made = 0;
  const transact: OrderBook['transact'] = (work) => {
    made += 1;
    return calls.includes(made)
      ? Promise.reject(new Error('the book is away'))
      : book.transact(work);
  };
  return { ...book, transact };
}

export const changePromises: readonly ChangePromise[] = [
  {
    promise: 'a change is there with who, what, when and what came of it',
    async check(book) {
      const stage = createOperatorStage(book);
      const saleId = newName();
      const created = await stage.ask('POST', '/operator/sales', { body: termsOf(saleId) });
      expect(created.status).toBe(201);
      expect((await stage.ask('POST', `/operator/sales/${saleId}/pause`)).short).toBe('200');
      const again = await stage.ask('POST', '/operator/sales', {
        body: { ...termsOf(saleId), units: 11 },
      });
      expect(again.short).toBe('409 conflict');

      const changes = await stage.changesOf(saleId);
      const told = changes.map(({ action, outcome, status }) => [action, outcome, status]);
      expect(told).toEqual([
        ['sale.create', 'refused', 409],
        ['sale.pause', 'done', 200],
        ['sale.create', 'done', 201],
      ]);
      for (const { operator, at, endedAt = '' } of changes) {
        expect(operator).toBe('anna');
        expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(60_000);
        expect(endedAt >= at).toBe(true);
      }
      expect(changes[2]?.details).toEqual({ body: termsOf(saleId) });
      expect(changes[1]?.details).toEqual({});
    },
  },

  {
    promise: 'every route that changes anything writes a row, also one that is added later',
    async check(book) {
      const { app, ask, newest } = createOperatorStage(
        book,
        withRoute(async () => 200),
      );
      const changing = app.routes.filter(
        ({ method, path }) =>
          path.startsWith('/operator/') && !['GET', 'HEAD', 'ALL', 'OPTIONS'].includes(method),
      );
      const documented = operatorRoutes().filter(({ method }) => method !== 'GET');
      expect(changing.length, 'and the one that was added').toBe(documented.length + 1);
      for (const { method, path } of changing) {
        const before = (await newest())?.id ?? 0;
        const address = path.replace(/:\w+/g, 'some-thing');
        const told = await ask(method, address);
        const row = await newest();
        expect(row?.id, `${method} ${path}`).toBeGreaterThan(before);
        expect(row, `${method} ${path}`).toMatchObject({ operator: 'anna', status: told.status });
        expect(row?.outcome).not.toBe('begun');
        expect(row?.action).toMatch(/^[a-z-]+(\.[a-z-]+)+$/);
        if (path.includes(':')) expect(row?.target).toBe('some-thing');
      }
    },
  },

  {
    promise: 'looking, and being refused at the door, write none',
    async check(book) {
      const { ask, newest } = createOperatorStage(book);
      const before = (await newest())?.id;
      for (const { method, path } of operatorRoutes()) {
        if (method === 'GET') await ask(method, path);
        await ask(method, path, { token: 'a wrong one' });
        await ask(method, path, { token: '' });
        await ask(method, path, { token: WATCH });
      }
      expect((await newest())?.id).toBe(before);
    },
  },

  {
    promise: 'the row is there, durable and as begun, while the change is made',
    async check(book) {
      const thing = newName();
      let during: unknown;
      const watched: OperatorStage = createOperatorStage(
        book,
        withRoute(async () => {
          during = (await watched.changesOf(thing))[0];
          return 200;
        }),
      );
      await watched.ask('POST', turn(thing), { body: { a: 1 } });
      expect(during).toMatchObject({ action: 'thing.turn', outcome: 'begun' });
      expect(during).not.toHaveProperty('status');
      expect(during).not.toHaveProperty('endedAt');
      expect((await watched.changesOf(thing))[0]).toMatchObject({ outcome: 'done', status: 200 });
    },
  },

  {
    promise: 'a change whose route throws is there as failed',
    async check(book) {
      const thing = newName();
      const stage = createOperatorStage(
        book,
        withRoute(() => Promise.reject(new Error('something broke'))),
      );
      expect((await stage.ask('POST', turn(thing))).short).toBe('503 overloaded');
      expect(await stage.changesOf(thing)).toMatchObject([{ outcome: 'failed', status: 503 }]);
    },
  },

  {
    promise: 'a change that the book cannot record is not made',
    async check(book) {
      let made = 0;
      const act = async () => {
        made += 1;
        return 200;
      };
      const thing = newName();
      const stage = createOperatorStage(failingAt(book, 1), withRoute(act));
      const told = await stage.ask('POST', turn(thing));
      expect(told.short).toBe('503 not-recorded');
      expect(told.headers.get('retry-after')).toBe('1');
      expect(made).toBe(0);
      expect(stage.log.lines).toEqual(['error a change was not recorded, nor made']);
      expect(await stage.changesOf(thing)).toEqual([]);
      expect((await stage.ask('POST', turn(thing))).short).toBe('200');
      expect(made).toBe(1);
    },
  },

  {
    promise: 'one whose end the book cannot record was made, says so, and stays as begun',
    async check(book) {
      const thing = newName();
      const stage = createOperatorStage(
        failingAt(book, 2),
        withRoute(async () => 201),
      );
      expect((await stage.ask('POST', turn(thing))).short).toBe('201');
      expect(await stage.changesOf(thing)).toMatchObject([{ outcome: 'begun' }]);
      expect(stage.log.lines).toEqual(['error a change stays as begun']);
    },
  },

  {
    promise: 'the route reads the body that was recorded, declared or chunked, and no larger one',
    async check(book) {
      const stage = createOperatorStage(
        book,
        withRoute(async () => 200),
      );
      for (const chunked of [false, true]) {
        for (const body of ['{"title":"手机","secret":"hidden"}', '{"cut', '']) {
          const thing = newName();
          const told = await stage.ask('POST', turn(thing), { body, chunked });
          expect(told.body).toEqual({ read: body });
          const [change] = await stage.changesOf(thing);
          expect(JSON.stringify(change)).not.toContain('hidden');
          const recorded = body === '{"cut' ? '[no JSON]' : { title: '手机', secret: '[left out]' };
          expect(change?.details).toEqual(body === '' ? {} : { body: recorded });
        }
        const thing = newName();
        const told = await stage.ask('POST', turn(thing), { body: 'x'.repeat(9_000), chunked });
        expect(told.short).toBe('413 body-too-large');
        expect(await stage.changesOf(thing)).toMatchObject([
          { status: 413, details: { body: '[too large]' } },
        ]);
      }
    },
  },

  {
    promise: 'pages go from the newest to the oldest, of all or of one thing, each change once',
    async check(book) {
      const stage = createOperatorStage(
        book,
        withRoute(async () => 200),
      );
      const [thing, other] = [newName(), newName()];
      for (let each = 0; each < 5; each += 1) {
        await stage.ask('POST', turn(thing), { body: { each } });
        await stage.ask('POST', turn(other));
      }
      const ids: number[] = [];
      for (let after = ''; ; ) {
        const { body } = await stage.ask(
          'GET',
          `/operator/changes?target=${thing}&limit=2${after}`,
        );
        ids.push(...(body.changes as { id: number }[]).map(({ id }) => id));
        if (body.next === undefined) break;
        after = `&after=${body.next}`;
      }
      expect(ids).toEqual((await stage.changesOf(thing)).map(({ id }) => id));
      expect(ids).toHaveLength(5);
      expect(ids).toEqual(ids.toSorted((left, right) => right - left));
      const all = await stage.ask('GET', '/operator/changes?limit=10');
      expect(all.body.changes).toHaveLength(10);
      for (const query of ['limit=0', 'limit=1001', 'after=x', 'after=0', 'target=']) {
        const told = await stage.ask('GET', `/operator/changes?${query}`);
        expect(told.short, query).toBe('400 invalid-request');
      }
    },
  },

  {
    promise: 'the first end of a change stands',
    async check(book) {
      const target = newName();
      const change = { operator: 'anna', action: 'thing.turn', target, details: '{}' };
      const id = await beginChange(book, change);
      for (const status of [200, 500]) await endChange(book, { id, status });
      const { changesOf } = createOperatorStage(book);
      expect(await changesOf(target)).toMatchObject([{ id, status: 200, outcome: 'done' }]);
    },
  },

  {
    promise: 'many changes at one moment are each there, and each ended by itself',
    async check(book) {
      const stage = createOperatorStage(
        book,
        withRoute(async () => 200),
      );
      const things = Array.from({ length: 20 }, newName);
      await Promise.all(things.map((thing) => stage.ask('POST', turn(thing), { body: { thing } })));
      for (const thing of things) {
        expect(await stage.changesOf(thing)).toMatchObject([
          { target: thing, outcome: 'done', details: { body: { thing } } },
        ]);
      }
    },
  },
];
