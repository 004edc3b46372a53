/** Who may buy, on every database: from the operator's word to the list that the edge gets. */
import { expect } from 'vitest';
import {
  ACCESS_LIMITS,
  type AccessKind,
  type AccessList,
  accessListSchema,
  createAccessHash,
  hasHash,
} from '../../contract/access.ts';
import { accessPageSchema, saleAccessSchema } from '../../contract/operator-access.ts';
import { createAccessLists } from '../../origin/access/access-lists.ts';
import { createEdgeListRoute } from '../../origin/access/edge-list-route.ts';
import { nodeHashing } from '../../origin/hashing.ts';
import { snapshotOf } from '../../origin/http/edge-routes.ts';
import type { OrderBook } from '../../origin/settle/book.ts';
import { newSale } from '../backends/book.trial.ts';
import { createOperatorStage, WATCH } from '../operator/operator.stage.ts';

export interface AccessPromise {
  promise: string;
  check(book: OrderBook): Promise<void>;
}

async function newStage(book: OrderBook) {
  const saleId = `sale-${crypto.randomUUID().slice(0, 8)}`;
  await book.createSale(newSale({ saleId, units: 10 }));
  const stage = createOperatorStage(book);
  const path = `/operator/sales/${saleId}/access`;
  return {
    ...{ stage, saleId, path },
    /** What is answered, or `409 conflict`. */
    async change(body: object, at = path) {
      const told = await stage.ask('POST', at, { body });
      return told.status === 200 ? saleAccessSchema.strict().parse(told.body) : told.short;
    },
    async page(query = '') {
      const told = await stage.ask('GET', `${path}?${query}`, { token: WATCH });
      return accessPageSchema.strict().parse(told.body);
    },
    async list(version = 0): Promise<AccessList> {
      const text = await createAccessLists(book).find(saleId, version);
      return accessListSchema.strict().parse(JSON.parse(text ?? '{}'));
    },
    async sale() {
      return (await book.sales()).find((sale) => sale.saleId === saleId);
    },
  };
}

function holds(list: AccessList, kind: AccessKind, entry: string): boolean {
  return hasHash(list[kind], createAccessHash(nodeHashing, list.salt)(kind, entry));
}

const CODE = 'early-7Q4KXW2M';

export const accessPromises: readonly AccessPromise[] = [
  {
    promise: 'a sale of which nobody said anything is for everybody, and has no list',
    async check(book) {
      const { page, sale, list } = await newStage(book);
      const counts = { allow: 0, block: 0, code: 0 };
      expect(await page()).toMatchObject({ mode: 'everybody', version: 0, counts, buyers: [] });
      const found = await sale();
      expect(found?.access).toBeUndefined();
      const snapshot = found && snapshotOf({ ...found, seed: 'A'.repeat(43) }, 10);
      expect(snapshot?.access).toEqual({ mode: 'everybody', version: 0 });
      expect(await list()).toMatchObject({ mode: 'everybody', allow: '', block: '', code: '' });
    },
  },
  {
    promise: 'who is listed, blocked, or has a code is on the list that the edge gets',
    async check(book) {
      const { change, list, sale } = await newStage(book);
      const add = { allow: ['anna', 'ben'], block: ['mallory'], presaleCodes: [CODE] };
      const counts = { allow: 2, block: 1, code: 1 };
      const changed = await change({ mode: 'code', add });
      expect(changed).toMatchObject({ mode: 'code', version: 1, counts });
      const found = await sale();
      expect(found?.access).toEqual({ mode: 'code', version: 1 });
      // The edge never goes back to a smaller version of a sale.
      expect(found?.version).toBe(2);
      const told = await list(1);
      for (const buyer of add.allow) expect(holds(told, 'allow', buyer)).toBe(true);
      expect(holds(told, 'block', 'mallory')).toBe(true);
      expect(holds(told, 'code', CODE)).toBe(true);
      expect(holds(told, 'allow', 'mallory')).toBe(false);
      expect(holds(told, 'code', 'anna')).toBe(false);
      expect(JSON.stringify(told)).not.toMatch(/anna|ben|mallory|early/);
    },
  },
  {
    promise: 'the same change twice lists nobody twice',
    async check(book) {
      const { change, page } = await newStage(book);
      const wanted = { mode: 'listed', add: { allow: ['anna', 'anna', 'ben'] } };
      await change(wanted);
      expect(await change(wanted)).toMatchObject({ version: 2, counts: { allow: 2 } });
      expect((await page()).buyers).toEqual(['anna', 'ben']);
    },
  },
  {
    promise: 'two changes at once both happen',
    async check(book) {
      const { change, page } = await newStage(book);
      const many = Array.from({ length: 8 }, (_, index) => `buyer-${index}`);
      await Promise.all(many.map((buyer) => change({ add: { allow: [buyer, 'anna'] } })));
      expect(await page()).toMatchObject({ version: 8, buyers: ['anna', ...many] });
    },
  },
  {
    promise: 'who is taken off is off, and a clear sale is for everybody again',
    async check(book) {
      const { change, page, path, list } = await newStage(book);
      await change({ mode: 'listed', add: { allow: ['anna', 'ben'], presaleCodes: [CODE] } });
      await change({ remove: { allow: ['anna', 'nobody'] } });
      expect(await page()).toMatchObject({ mode: 'listed', buyers: ['ben'] });
      const counts = { allow: 1, block: 0, code: 0 };
      const withoutCodes = await change({ kind: 'code' }, `${path}/clear`);
      expect(withoutCodes).toMatchObject({ mode: 'listed', counts });
      expect(await change({}, `${path}/clear`)).toMatchObject({ mode: 'everybody', version: 4 });
      expect(await list(4)).toMatchObject({ version: 4, allow: '', code: '' });
    },
  },
  {
    promise: 'buyers come in pages, each once; of codes only their number is known',
    async check(book) {
      const { change, page, stage, path } = await newStage(book);
      const buyers = Array.from({ length: 25 }, (_, index) => `Buyer_${index}!`).sort();
      await change({ add: { allow: buyers, block: ['zoe'], presaleCodes: [CODE] } });
      const first = await page('limit=20');
      expect(first.buyers).toEqual(buyers.slice(0, 20));
      const second = await page(`limit=20&after=${encodeURIComponent(first.next ?? '')}`);
      expect(second).toMatchObject({ buyers: buyers.slice(20), counts: { code: 1 } });
      expect(second.next).toBeUndefined();
      expect((await page('kind=block')).buyers).toEqual(['zoe']);
      expect((await stage.ask('GET', `${path}?kind=code`)).short).toBe('400 invalid-request');
    },
  },
  {
    promise: 'a viewer changes nothing; what an operator changed is recorded, without the codes',
    async check(book) {
      const { stage, path, saleId, page } = await newStage(book);
      const body = { mode: 'code', add: { allow: ['anna'], presaleCodes: [CODE] } };
      const tried = await stage.ask('POST', path, { token: WATCH, body });
      expect(tried.short).toBe('403 needs-operator');
      expect(await page()).toMatchObject({ mode: 'everybody', buyers: [] });
      await stage.ask('POST', path, { body });
      const [change] = await stage.changesOf(saleId);
      expect(change).toMatchObject({ operator: 'anna', action: 'sale.access', outcome: 'done' });
      expect(JSON.stringify(change?.details)).toContain('"allow":["anna"]');
      expect(JSON.stringify(change)).not.toContain(CODE);
    },
  },
  {
    promise: 'more than a sale may have is refused whole',
    async check(book) {
      const { change, page, saleId } = await newStage(book);
      await change({ add: { allow: ['anna'] } });
      await fill(book, saleId, ACCESS_LIMITS.entries - 1);
      const refused = await change({ mode: 'listed', add: { block: ['x'], allow: ['ben'] } });
      expect(refused).toBe('409 conflict');
      expect(await page('limit=1')).toMatchObject({ mode: 'everybody', counts: { block: 0 } });
      // What is there already takes no place.
      expect(await change({ add: { allow: ['anna'] } })).toMatchObject({ version: 3 });
    },
  },
  {
    promise: 'the list of a sale that nobody made is not there',
    async check(book) {
      const { change, stage } = await newStage(book);
      const path = '/operator/sales/nothing/access';
      expect(await change({ add: { allow: ['anna'] } }, path)).toBe('404 unknown-sale');
      expect(await change({}, `${path}/clear`)).toBe('404 unknown-sale');
      expect((await stage.ask('GET', path)).short).toBe('404 unknown-sale');
      expect(await createAccessLists(book).find('nothing', 0)).toBeUndefined();
    },
  },
  {
    promise: 'a list is read once a version, also when all ask at once',
    async check(book) {
      const { change, saleId } = await newStage(book);
      await change({ add: { allow: ['anna'] } });
      let reads = 0;
      const read: OrderBook['read'] = (...statement) => {
        reads += 1;
        return book.read(...statement);
      };
      const lists = createAccessLists({ ...book, read });
      await Promise.all(Array.from({ length: 20 }, () => lists.find(saleId, 1)));
      expect(reads).toBe(1);
      await change({ add: { allow: ['ben'] } });
      expect(await lists.find(saleId, 1)).toContain('"version":1');
      expect(await lists.find(saleId, 2)).toContain('"version":2');
      expect(reads).toBe(2);
    },
  },
  {
    promise: 'the list is for the edge itself, whoever else has a pass',
    async check(book) {
      const { saleId } = await newStage(book);
      const ask = async (passOf: object) => {
        const passGate = async () => passOf as never;
        const routes = createEdgeListRoute({ passGate, book });
        return (await routes.request(`/edge/sales/${saleId}/access?version=0`)).status;
      };
      const admitted = { kind: 'admitted', body: '', idempotencyKey: '', admittedAtMs: 0 };
      expect(await ask({ ...admitted, buyerId: '' })).toBe(200);
      expect(await ask({ ...admitted, buyerId: 'anna' })).toBe(403);
      expect(await ask({ kind: 'no-pass', reason: 'missing' })).toBe(403);
    },
  },
];

/** Many entries, past the route: it takes few at a time. */
async function fill(book: OrderBook, saleId: string, count: number): Promise<void> {
  const { changeAccess } = await import('../../origin/access/access.ts');
  const none = { allow: [], block: [], presaleCodes: [] };
  const allow = Array.from({ length: count }, (_, index) => `buyer-${index}`);
  const changed = await changeAccess(book, {
    ...{ saleId, freshSalt: 'salt', remove: none, add: { ...none, allow } },
  });
  expect(changed).toMatchObject({ counts: { allow: count + 1 } });
}
