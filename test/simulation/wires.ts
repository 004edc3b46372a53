/**
 * The stores as one process reaches them: the same ports, with the network in between. A
 * transaction is a conversation, so it dies with its process; now and then the database makes one
 * run a second time, as after a deadlock.
 */
import type { StockLedger } from '../../origin/admit/stock.ts';
import type { LeaseStore } from '../../origin/lease/lease.ts';
import { type PaymentProvider, ProviderUnavailableError } from '../../origin/pay/provider.ts';
import type { OrderBook } from '../../origin/settle/book.ts';
import type { Transaction } from '../../origin/settle/transaction.ts';
import type { Waiting } from '../../origin/settle/waiting.ts';
import type { Dice } from './dice.ts';
import type { Call, Network } from './network.ts';
import type { Life } from './schedule.ts';

export interface Reached {
  book: OrderBook;
  stock: StockLedger;
  leases: LeaseStore;
  provider: PaymentProvider;
}

export interface Wiring {
  network: Network;
  dice: Dice;
  stores: Reached;
}

/** What a process does in several exchanges with its database. */
const CONVERSATIONS: ReadonlySet<PropertyKey> = new Set<keyof OrderBook>(['transact', 'settle']);
/** How many transactions the database makes run again. */
const DEADLOCKS = 0.05;

type Route = Omit<Call<unknown>, 'life' | 'carryOut' | 'needsLife'>;

export function connect(life: Life, { network, dice, stores }: Wiring): Reached {
  function over<Port extends object>(port: Port, route: Route, isLocal: (name: string) => boolean) {
    return new Proxy(port, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function' || isLocal(String(name))) return method;
        const needsLife = route.store === 'book' && CONVERSATIONS.has(name);
        return (...values: unknown[]) =>
          network.call({ ...route, life, needsLife, carryOut: () => method(...values) });
      },
    });
  }
  const remote = () => false;
  const book = over(withDeadlocks(stores.book, network, dice), { store: 'book' }, remote);
  return {
    book,
    stock: over(stores.stock, { store: 'stock', isRepeated: true }, remote),
    leases: over(stores.leases, { store: 'lease', isRepeated: true }, remote),
    provider: over(
      stores.provider,
      { store: 'provider', toError: (reason) => new ProviderUnavailableError(reason) },
      (name) => name === 'readEvent',
    ),
  };
}

class DeadlockSignal extends Error {}

function withDeadlocks(book: OrderBook, network: Network, dice: Dice): OrderBook {
  async function transact<Value>(work: (transaction: Transaction) => Waiting<Value>) {
    if (network.faults.answerLost > 0 && dice.chance(DEADLOCKS)) {
      await book
        .transact(function* (transaction) {
          yield* work(transaction);
          throw new DeadlockSignal();
        })
        .catch((error: unknown) => {
          if (!(error instanceof DeadlockSignal)) throw error;
        });
    }
    return book.transact(work);
  }
  return { ...book, transact };
}
