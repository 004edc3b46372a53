/** A relay that deletes outbox entries before the log has the orders. */
import { confirmAppended } from '../../../origin/log/appender.ts';
import type { RelayOptions } from '../../../origin/log/relay.ts';
import type { Bug } from './bug.ts';

const LIMIT = 1_000;

async function relayRound({ stock, log, sales, nowMs, relayAfterMs, mayGoOn }: RelayOptions) {
  for (const { saleId } of sales()) {
    if (!mayGoOn()) break;
    const query = { saleId, beforeMs: nowMs() - relayAfterMs, limit: LIMIT };
    const reservations = await stock.pending(query);
    if (reservations.length === 0) continue;
    await confirmAppended(stock, reservations);
    await log.append(reservations);
  }
  return 0;
}

export const relayConfirmsFirst: Bug = {
  name: 'relay-confirms-first',
  about:
    'The relay deletes outbox entries, then appends the orders: when it dies in between, or the ' +
    'log is away, the orders are nowhere, and their units are gone.',
  parts: { relayRound },
};
