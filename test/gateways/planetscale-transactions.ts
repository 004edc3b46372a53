/**
 * The transactions that are open in the gateway: each has a connection of its own from its BEGIN to
 * its end, one statement at a time, and is ended when it takes too long. Whoever asks for one that
 * has ended is told when, and why.
 */
import type { Connection } from 'mysql2';
import { busyTransaction, endedTransaction } from './planetscale-refusals.ts';
import { ask, type createGatewayConnections } from './planetscale-upstream.ts';

interface OpenTransaction {
  connection: Connection;
  settings: readonly string[];
  isBusy: boolean;
  timer: NodeJS.Timeout;
}

export function createTransactions(
  upstream: ReturnType<typeof createGatewayConnections>,
  limitMs: number,
) {
  const transactions = new Map<string, OpenTransaction>();
  const ended = new Map<string, { at: string; why: string }>();
  let last = BigInt(Date.now()) * 1_000_000n;

  function forget(id: string, why: string): OpenTransaction | undefined {
    const transaction = transactions.get(id);
    if (transaction === undefined) return undefined;
    clearTimeout(transaction.timer);
    transactions.delete(id);
    const at = new Date().toISOString().replace('T', ' ').replace('Z', ' UTC');
    ended.set(id, { at, why });
    return transaction;
  }

  function kill(id: string): void {
    const transaction = forget(id, `exceeded timeout: ${limitMs / 1000}s`);
    if (transaction !== undefined) upstream.discard(transaction.connection);
  }

  function find(id: string): OpenTransaction {
    const transaction = transactions.get(id);
    if (transaction === undefined) {
      const { at, why } = ended.get(id) ?? { at: 'unknown', why: 'transaction not found' };
      throw endedTransaction(id, at, why);
    }
    if (transaction.isBusy) throw busyTransaction(id);
    return transaction;
  }

  return {
    async begin(settings: readonly string[]): Promise<string> {
      const connection = await upstream.connectionWith(settings);
      await ask(connection, 'START TRANSACTION');
      last += 1n;
      const id = String(last);
      const timer = setTimeout(() => kill(id), limitMs);
      transactions.set(id, { connection, settings, isBusy: false, timer });
      return id;
    },
    async run<Value>(id: string, work: (connection: Connection) => Promise<Value>): Promise<Value> {
      const transaction = find(id);
      transaction.isBusy = true;
      try {
        return await work(transaction.connection);
      } catch (error) {
        // Killed while it ran: that is what it is told.
        if (!transactions.has(id)) find(id);
        throw error;
      } finally {
        transaction.isBusy = false;
      }
    },
    async end(id: string, how: 'COMMIT' | 'ROLLBACK'): Promise<void> {
      const { connection, settings } = find(id);
      forget(id, how === 'COMMIT' ? 'committed' : 'rolled back');
      await ask(connection, how);
      upstream.giveBack(connection, settings);
    },
    count: () => transactions.size,
    close() {
      for (const { timer } of transactions.values()) clearTimeout(timer);
    },
  };
}
