/**
 * Takes the guards of the scripts away, one at a time, and sees both the contract suite and the
 * watch report it: the checks of the stock ledger are able to fail.
 */
import { afterAll, expect, test } from 'vitest';
import { createRedisStock, STOCK_SCRIPTS } from '../../origin/admit/redis-stock.ts';
import { describeWithRedis, forgetKeys, freshKeyPrefix, redisUrl } from './redis.ts';
import { brokenPromises } from './stock.exercise.ts';
import { createDice, randomSteps, takeStep } from './stock.steps.ts';
import { createStockWatch } from './stock.watch.ts';

interface Break {
  guard: string;
  script: keyof typeof STOCK_SCRIPTS;
  changes: readonly [from: string, to: string][];
  /** What must be among the promises found broken. */
  promise: string;
  /** What the watch says. */
  report: RegExp;
}

const BREAKS: readonly Break[] = [
  {
    guard: 'the comparison of the quantity with the stock',
    script: 'reserve',
    changes: [
      ['elseif quantity > stock then', 'elseif false then'],
      // Else the adapter refuses the reply with its negative stock before the watch sees it.
      ['reply[1] = stock', 'reply[1] = math.max(stock, 0)'],
    ],
    promise: 'exactly the units that were loaded are handed out, over many calls',
    report: /never oversold/,
  },
  {
    guard: 'the lowering of the stock',
    script: 'reserve',
    changes: [['stock, taken, seq = stock - quantity,', 'stock, taken, seq = stock,']],
    promise: 'exactly the units that were loaded are handed out, over many calls',
    report: /stock left is what was not handed out/,
  },
  {
    guard: 'the look at orders of earlier calls',
    script: 'reserve',
    changes: [['elseif heldBefore[index] then', 'elseif false then']],
    promise: 'a repeated order is held, accepting until it is confirmed, also once sold out',
    report: /has one live order/,
  },
  {
    guard: 'the look at orders of the same call',
    script: 'reserve',
    changes: [['elseif heldNow[buyer] then', 'elseif false then']],
    promise: 'requests of one call are judged in order and see each other',
    report: /has one live order/,
  },
  {
    guard: 'the look at released orders',
    script: 'reserve',
    changes: [['if released[index] == 1 then', 'if false then']],
    promise: 'a released order id is resolved for good, also while the buyer has another order',
    report: /is resolved once released/,
  },
  {
    guard: 'the epoch of a reservation',
    script: 'reserve',
    changes: [
      [
        "if state[1] ~= epoch then return 'recovering' end",
        "if not state[1] then return 'recovering' end",
      ],
    ],
    promise: 'a call of an epoch that is still to come is recovering',
    report: /only the present epoch reserves/,
  },
  {
    guard: 'the memory of releases',
    script: 'release',
    changes: [
      ["if redis.call('SISMEMBER', releasedKey, orderId) == 1 then return 'already' end", ''],
    ],
    promise: 'a release gives units back once and frees the buyer',
    report: /is released once/,
  },
  {
    guard: 'the look at released orders by a hold',
    script: 'hold',
    changes: [
      ["if redis.call('SISMEMBER', releasedKey, orderId) == 1 then return 'already' end", ''],
    ],
    promise: 'a hold that comes after its release changes nothing',
    report: /is not held once released/,
  },
  {
    guard: 'the epoch of a hold',
    script: 'hold',
    changes: [
      ["if redis.call('HGET', stateKey, 'epoch') ~= epoch then return 'other-epoch' end", ''],
    ],
    promise: 'a hold of another epoch, or of a sale without state, changes nothing',
    report: /only the present epoch holds|held without a load/,
  },
];

describeWithRedis('with a guard taken away', () => {
  const keyPrefix = freshKeyPrefix();
  afterAll(() => forgetKeys(keyPrefix));

  test('the checks pass while every guard is there', async () => {
    const stock = createRedisStock({ url: redisUrl, keyPrefix: `${keyPrefix}whole:` });
    expect(await brokenPromises(stock)).toEqual([]);
    expect(await watchedRun(stock)).toBe('nothing broken');
    await stock.close();
  });

  for (const { guard, script, changes, promise, report } of BREAKS) {
    test(`the checks fail without ${guard}`, async () => {
      let lua = STOCK_SCRIPTS[script];
      for (const [from, to] of changes) {
        expect(lua).toContain(from);
        lua = lua.replace(from, to);
      }
      const scripts = { ...STOCK_SCRIPTS, [script]: lua };
      const stock = createRedisStock({
        url: redisUrl,
        keyPrefix: `${keyPrefix}${guard}:`,
        scripts,
      });
      expect(await brokenPromises(stock)).toContain(promise);
      expect(await watchedRun(stock)).toMatch(report);
      await stock.close();
    });
  }
});

async function watchedRun(stock: ReturnType<typeof createRedisStock>): Promise<string> {
  const watch = createStockWatch();
  for (const step of randomSteps(createDice(7), 3_000, ['phone', 'ticket'])) {
    try {
      watch.saw(step, await takeStep(stock, step));
    } catch (error) {
      return String(error);
    }
  }
  return 'nothing broken';
}
