/**
 * What a recovery asks of the stock ledger on Redis: freeze, fill, load. A call that fills runs as
 * several scripts; whoever takes over in between makes the rest of it `lost`.
 */
import type { RedisScript } from '../redis.ts';
import { oneOf } from './redis-replies.ts';
import type { FillCall, StockLedger } from './stock.ts';
import { checkFill, checkFreeze, checkLoad } from './stock-arguments.ts';
import type { BucketKeys } from './stock-keys.ts';

/** Holdings, and also released ids, in one script: 250 of each hold Redis up for 1.5 ms. */
const FILL_CHUNK = 250;

export function createRedisRecovery(
  scripts: { load: RedisScript; freeze: RedisScript; fill: RedisScript },
  keysOf: (saleId: string) => BucketKeys,
): Pick<StockLedger, 'load' | 'freeze' | 'fill'> {
  return {
    async load(call) {
      checkLoad(call);
      const { state, buyers, released } = keysOf(call.saleId);
      const parameters = [call.epoch, call.units, call.token ?? ''];
      const reply = await scripts.load([state, buyers, released], parameters);
      return oneOf(['loaded', 'newer', 'lost'], reply);
    },
    async freeze(call) {
      checkFreeze(call);
      const { state, buyers, released } = keysOf(call.saleId);
      const reply = await scripts.freeze([state, buyers, released], [call.epoch, call.token]);
      return oneOf(['frozen', 'loaded', 'newer'], reply);
    },
    async fill(call) {
      checkFill(call);
      const { state, buyers, released } = keysOf(call.saleId);
      for (const part of partsOf(call)) {
        const reply = await scripts.fill([state, buyers, released], fillParameters(part));
        if (oneOf(['filled', 'lost'], reply) === 'lost') return 'lost';
      }
      return 'filled';
    },
  };
}

/** At least one, so that an empty call is answered too. */
function* partsOf(call: FillCall): Generator<FillCall> {
  const length = Math.max(1, call.holdings.length, call.releasedIds.length);
  for (let start = 0; start < length; start += FILL_CHUNK) {
    const end = start + FILL_CHUNK;
    const holdings = call.holdings.slice(start, end);
    yield { ...call, holdings, releasedIds: call.releasedIds.slice(start, end) };
  }
}

function fillParameters({ epoch, token, holdings, releasedIds }: FillCall): (string | number)[] {
  const parameters: (string | number)[] = [epoch, token, holdings.length];
  for (const { buyerId, orderId, quantity } of holdings) {
    parameters.push(buyerId, `${orderId}${quantity}`);
  }
  return parameters.concat(releasedIds);
}
