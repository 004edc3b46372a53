/**
 * The waitlist's promises on MariaDB, and what only a database with many writers can show: several
 * processes join one line, and orders settle and close while their buyers join.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemRandom } from '../../contract/random.ts';
import { createMysqlBook } from '../../origin/settle/mysql-book.ts';
import { pause } from '../../origin/timer.ts';
import { createTestDatabase, describeWithMariadb, type TestDatabase } from '../backends/mariadb.ts';
import { exerciseWaitlist } from './waitlist.exercise.ts';
import {
  createWaitlistTrial,
  expectLineHolds,
  type WaitlistTrial,
  waitingIn,
} from './waitlist.trial.ts';

const RACES = 200;

describeWithMariadb('mariadb', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  const openBook = async () => {
    const book = createMysqlBook({ url: database.url, random: systemRandom });
    await book.migrate();
    return { book, close: () => book.close() };
  };
  exerciseWaitlist('mysql', openBook);

  /** Two API processes: each a waitlist and connections of its own. */
  async function openTwo(run: (one: WaitlistTrial, other: WaitlistTrial) => Promise<void>) {
    const [one, other] = [await openBook(), await openBook()];
    await run(createWaitlistTrial(one.book), createWaitlistTrial(other.book)).finally(async () => {
      await one.close();
      await other.close();
    });
  }

  test('the cap is exact when 50 batches come from two processes at once', () =>
    openTwo(async (one, other) => {
      const saleId = await one.sale({ waitlistCap: 333 });
      // Several waitlists a process, since one has one transaction under way.
      const more = [one.book, other.book].flatMap((book) => [book, book].map(createWaitlistTrial));
      const trials = [one, other, ...more];
      const answers: ReturnType<WaitlistTrial['join']>[] = [];
      for (let wave = 0; wave < 9; wave += 1) {
        const own = trials.flatMap((trial, name) => {
          // Two of the buyers ask everywhere; whoever is second may wait for a list of places.
          answers.push(trial.join(saleId, `each-${wave}`), trial.join(saleId, `and-${wave}`));
          return Array.from({ length: 12 }, (_, index) =>
            trial.join(saleId, `${name}-${wave}-${index}`),
          );
        });
        answers.push(...own);
        await Promise.all(own);
      }
      const places = (await Promise.all(answers)).map((answer) =>
        typeof answer === 'string' ? answer : answer.place,
      );
      expect(trials.flatMap((trial) => trial.batches).length).toBeGreaterThanOrEqual(50);
      const waiting = await waitingIn(one.book, saleId);
      expect(waiting).toHaveLength(333);
      expect(new Set(places.filter((place) => place !== 'waitlist-full')).size).toBe(333);
      await expectLineHolds(one.book, saleId);
    }));

  test('a buyer whose order settles while they join does not wait as well', () =>
    openTwo(async (one, other) => {
      const saleId = await one.sale({ units: RACES, waitlistCap: RACES });
      const ends: Record<string, number> = {};
      for (let race = 0; race < RACES; race += 1) {
        const buyerId = `buyer-${race}`;
        const join = () => pause(race % 4).then(() => one.join(saleId, buyerId));
        const order = () => other.order(saleId, buyerId);
        // The first two do not race, so that there is one of each kind.
        const joined =
          race === 0
            ? await join().finally(order)
            : race === 1
              ? await order().then(join)
              : (await Promise.all([join(), order()]))[0];
        const end = typeof joined === 'string' ? joined : 'joined';
        ends[end] = (ends[end] ?? 0) + 1;
        expect(await waitingIn(one.book, saleId)).toEqual([]);
      }
      expect(Object.keys(ends).sort(), 'both came first').toEqual(['has-order', 'joined']);
      await expectLineHolds(one.book, saleId);
    }));

  test('joining, leaving, settling and serving at once never deadlock for good', () =>
    openTwo(async (one, other) => {
      const saleId = await one.sale({ units: 1_000, waitlistCap: 40 });
      const second = await other.sale({ units: 1_000, waitlistCap: 40 });
      const busy = async (trial: WaitlistTrial, name: string) => {
        for (let round = 0; round < 40; round += 1) {
          const inSale = round % 2 === 0 ? saleId : second;
          const buyerId = `buyer-${round % 15}`;
          const orderId = trial.order(inSale, `${name}-${round}`);
          const answers = await Promise.all([
            trial.join(inSale, buyerId),
            trial.leave(inSale, `buyer-${(round + 7) % 15}`),
            trial.join(inSale, `${name}-${round}`),
            orderId.then((id) => trial.expire(inSale, id)),
          ]);
          expect(answers).not.toContain('overloaded');
        }
      };
      await Promise.all([busy(one, 'one'), busy(other, 'other')]);
      for (const sale of [saleId, second]) await expectLineHolds(one.book, sale);
    }));
});
