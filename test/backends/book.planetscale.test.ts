/**
 * The order book on PlanetScale: its port's promises, with sessions that keep their settings as
 * Vitess's do, and with such that lose them (REPEATABLE READ then).
 * book.planetscale-faults.test.ts has what may go wrong.
 */
import { exerciseBook } from './book.exercise.ts';
import { describeWithMariadb } from './mariadb.ts';
import { openPlanetscaleBook, startPlanetscale } from './planetscale.ts';

/** Each batch is a dozen requests. */
const RANDOM_BATCHES = 50;

describeWithMariadb('mariadb behind a gateway', () => {
  for (const losesSettings of [false, true]) {
    const name = losesSettings ? 'planetscale, its settings lost' : 'planetscale';
    const open = async () => {
      const { gateway, close } = await startPlanetscale({ losesSettings });
      const book = openPlanetscaleBook(gateway.url);
      await book.migrate();
      return { book, close };
    };
    exerciseBook(name, open, RANDOM_BATCHES);
  }
});
