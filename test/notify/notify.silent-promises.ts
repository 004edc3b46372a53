/** Without a shop to tell, no results are kept for it; with one again, nothing is told twice. */
import { expect } from 'vitest';
import { createSilentRound } from '../../origin/notify/silent.ts';
import { forgetResults, KEEP_RESULTS_MS } from '../../origin/sweep/forget-results.ts';
import { resultOf } from '../backends/book.results.ts';
import { memoryLogger } from '../origin/fakes.ts';
import type { NotifyPromise } from './trial.ts';

const AGE_RESULTS = {
  mysql: 'UPDATE results SET at_ms = at_ms - ? WHERE sale_id = ?',
  sqlite: 'UPDATE book_results SET at_ms = at_ms - ? WHERE sale_id = ?',
};
const OTHER_READER = {
  mysql: "INSERT INTO result_cursors (reader, sale_id, seq) VALUES ('another', ?, 1)",
  sqlite: "INSERT INTO book_result_cursors (reader, sale_id, seq) VALUES ('another', ?, 1)",
};
const OTHER_IS_DONE = {
  mysql: "DELETE FROM result_cursors WHERE reader = 'another' AND sale_id = ?",
  sqlite: "DELETE FROM book_result_cursors WHERE reader = 'another' AND sale_id = ?",
};
const NO_RESULTS = { mysql: 'DELETE FROM results', sqlite: 'DELETE FROM book_results' };

export const silentPromises: readonly NotifyPromise[] = [
  {
    promise: 'webhooks that were turned off hold no results back, other readers do',
    async check({ book, writer, run, until, settled, arrived }) {
      const { saleId } = writer.sale;
      await writer.write([resultOf('ann', 'reserved')]);
      await until(async () => arrived(1)() && (await settled()));
      await writer.write([resultOf('ann', 'paid')]);
      await writer.write([resultOf('ann', 'refunded')]);
      await run(AGE_RESULTS, KEEP_RESULTS_MS + 60_000, saleId);
      expect(await forgetResults(book, saleId)).toBe(1);
      expect(await forgetResults(book, saleId), 'the role needs the rest').toBe(0);

      const { logger, lines } = memoryLogger();
      const round = createSilentRound({ book, logger });
      await round();
      expect(lines).toEqual([
        'info no WEBHOOK_URL: the shop is told nothing, no results are kept for it',
      ]);
      await round();
      expect(lines, 'it is told once').toHaveLength(1);
      await run(OTHER_READER, saleId);
      expect(await forgetResults(book, saleId)).toBe(0);
      await run(OTHER_IS_DONE, saleId);
      expect(await forgetResults(book, saleId)).toBe(2);
    },
  },
  {
    promise: 'webhooks that are turned on again tell what was not told, and nothing twice',
    async check({ book, writer, notify, shop, run, until, settled, arrived }) {
      // Of the sales before, whose notices the trial has thrown away.
      await run(NO_RESULTS);
      await writer.write([resultOf('ann', 'reserved')]);
      await until(async () => arrived(1)() && (await settled()));
      await createSilentRound({ book, logger: memoryLogger().logger })();
      await writer.write([resultOf('ann', 'paid')]);
      await until(async () => arrived(2)() && (await settled()));
      await notify.round(() => true);
      expect(shop.received.map(({ type }) => type)).toEqual(['order.reserved', 'order.paid']);
    },
  },
];
