/** What a log tells of itself: its lag, its name, its health. */
import { expect } from 'vitest';
import type { LogLag } from '../../origin/log/log.ts';
import { type LogPromises, makeReservations, until } from './log.trial.ts';

export const tellingPromises: LogPromises = {
  'lag counts what is not settled, and how old it is': async ({ log, book }) => {
    const gate = Promise.withResolvers<undefined>();
    const consumer = await log.consume(book);
    await until('positions', () => book.asked.length > 0);
    expect(await consumer.lag()).toEqual({ messages: 0, seconds: 0 });
    book.whenHandling = () => gate.promise;
    for (let count = 0; count < 6; count += 1) await log.append(makeReservations(1));
    await until('six records behind', async () => (await consumer.lag()).messages === 6);
    await until('an age', async () => (await consumer.lag()).seconds > 0.2);
    gate.resolve(undefined);
    await until('no lag', async () => isNothing(await consumer.lag()));
  },

  'says how far behind it is when it begins': async ({ log, book }) => {
    const gate = Promise.withResolvers<undefined>();
    book.whenHandling = () => gate.promise;
    for (let count = 0; count < 5; count += 1) await log.append(makeReservations(1));
    const consumer = await log.consume(book);
    await until('five records behind', async () => (await consumer.lag()).messages === 5);
    gate.resolve(undefined);
    await until('no lag', async () => isNothing(await consumer.lag()));
  },

  'keeps its name when it is opened again, and another log has another': async (trial) => {
    const again = await trial.store.open();
    expect(again.name).toBe(trial.log.name);
    expect(trial.log.name.length).toBeLessThanOrEqual(128);
    await again.close();
  },

  'answers a ping, and says what its settings put at risk': async ({ log }) => {
    await log.ping();
    for (const line of await log.risks()) expect(line).not.toContain('\n');
  },
};

function isNothing({ messages, seconds }: LogLag): boolean {
  return messages === 0 && seconds === 0;
}
