/**
 * The stock store as a server that may lose what it holds: all of it, or its newest writes, as
 * after a restart with an old file or a fail-over to a replica that lags. What it did is kept as a
 * list of calls; losing the tail is doing all but the last of them again. As Redis does, it knows
 * whether the server is still the one that loaded or froze a sale: what another one loads is
 * refused.
 */
import type { StockLedger } from '../../origin/admit/stock.ts';
import { emptier, type Stores } from './stores.ts';

export interface LossyStock {
  stock: StockLedger;
  /** Everything is gone. */
  wipe(): Promise<void>;
  /** The newest calls are gone; how many there were. */
  loseTail(share: number): Promise<number>;
  /** Restarted, with everything still there. */
  restart(): void;
  /** How often anything may have been lost. */
  losses(): number;
}

const WRITES: ReadonlySet<PropertyKey> = new Set<keyof StockLedger>([
  ...(['load', 'freeze', 'fill', 'reserve', 'confirm', 'release', 'hold'] as const),
]);

/** A write, and the server that it was made on. */
interface Done {
  server: number;
  again(): Promise<unknown>;
}

type Method = (...values: unknown[]) => Promise<unknown>;

/** What no attempt is named: the store takes it for somebody else's. */
const NOBODY = 'nobody';

export function createLossyStock({ stock, raw }: Stores): LossyStock {
  const empty = emptier(raw.stock);
  /** By sale: the server that loaded or froze it. */
  let madeBy = new Map<string, number>();
  let done: Done[] = [];
  let server = 1;
  let losses = 0;

  const isOther = ({ saleId }: { saleId: string }) => madeBy.get(saleId) !== server;

  async function load(call: Parameters<StockLedger['load']>[0]) {
    const known = call.token !== undefined && isOther(call) ? { ...call, token: NOBODY } : call;
    const reply = await stock.load(known);
    if (reply === 'loaded' && !madeBy.has(call.saleId)) madeBy.set(call.saleId, server);
    return reply;
  }

  async function freeze(call: Parameters<StockLedger['freeze']>[0]) {
    // What another server was told is forgotten, though the token is the same.
    if (isOther(call)) await stock.freeze({ ...call, token: NOBODY });
    const reply = await stock.freeze(call);
    if (reply === 'frozen') madeBy.set(call.saleId, server);
    return reply;
  }

  const known: StockLedger = {
    ...stock,
    load,
    freeze,
    fill: async (call) => (isOther(call) ? 'lost' : stock.fill(call)),
    async terms(saleId) {
      const found = await stock.terms(saleId);
      const lineage = isOther({ saleId }) ? 'other' : 'same';
      return found === undefined ? undefined : { ...found, lineage };
    },
  };
  const watched = watchWrites(known, (write) => {
    done.push({ server, again: () => write().catch(() => {}) });
  });

  /** Keeps the first `length` writes. Each is made on the server that it was made on. */
  async function goBackTo(length: number): Promise<void> {
    const next = server + 1;
    losses += 1;
    done = done.slice(0, length);
    madeBy = new Map();
    empty();
    for (const write of done) {
      server = write.server;
      await write.again();
    }
    server = next;
  }

  return {
    stock: watched,
    wipe: () => goBackTo(0),
    async loseTail(share) {
      const lost = Math.ceil(done.length * share);
      await goBackTo(done.length - lost);
      return lost;
    },
    restart() {
      losses += 1;
      server += 1;
    },
    losses: () => losses,
  };
}

/** Tells of each write, so that it can be made again. */
function watchWrites(
  stock: StockLedger,
  onWrite: (write: () => Promise<unknown>) => void,
): StockLedger {
  return new Proxy(stock, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function' || !WRITES.has(name)) return method;
      return (...values: unknown[]) => {
        const write = () => (method as Method)(...values);
        onWrite(write);
        return write();
      };
    },
  });
}
