/**
 * Takes the guards of the scripts away, one at a time, and sees both the contract suite and the
 * watch report it: the checks of the stock ledger are able to fail.
 */
import { afterAll, expect, test } from 'vitest';
import { createRedisStock, STOCK_SCRIPTS } from '../../origin/admit/redis-stock.ts';
import { connectRedis } from '../../origin/redis-socket.ts';
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
    report: /stock left is what was not handed out|never oversold/,
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
    changes: [['if held ~= epoch then', 'if false then']],
    promise: 'a hold of another epoch, or of a sale without state, changes nothing',
    report: /is not offered again|is offered again/,
  },
  {
    guard: 'the epoch of a release',
    script: 'release',
    changes: [['if held ~= epoch then', 'if false then']],
    promise: 'a release of another epoch, or of a sale without state, changes nothing',
    report: /is not offered again|is offered again/,
  },
  {
    guard: 'the difference between a later epoch and one that is still to come',
    script: 'release',
    changes: [["if not later then return 'recovering' end", '']],
    promise: 'what comes late to a frozen sale waits, or counts as known to a later epoch',
    report: /is not offered again/,
  },
  {
    guard: 'the comparison of epochs as numbers, by a hold',
    script: 'hold',
    changes: [["tonumber((held:gsub('~', ''))) > tonumber(epoch)", "held:gsub('~', '') > epoch"]],
    promise: 'what comes late to a frozen sale waits, or counts as known to a later epoch',
    report: /is not offered again/,
  },
  {
    guard: 'the mark of a frozen epoch',
    script: 'freeze',
    changes: [
      ["local frozenEpoch = '~' .. ARGV[1]", 'local frozenEpoch = ARGV[1]'],
      ["'token', token,", "'token', token, 'stock', '9', 'taken', '0', 'seq', '0',"],
    ],
    promise: 'a frozen sale is recovering for every epoch, has no stock, and keeps its outbox',
    report: /only the present epoch reserves|what was not handed out/,
  },
  {
    guard: 'the forgetting of what was there before it was frozen',
    script: 'freeze',
    changes: [["redis.call('UNLINK', stateKey, buyersKey, releasedKey)", '']],
    promise: 'freezing forgets the buyers and the releases of before',
    report: /holds what was handed out|is resolved once released|held or released already/,
  },
  {
    guard: 'the age of who freezes',
    script: 'freeze',
    changes: [["> epoch then return 'newer' end", "> epoch then return 'frozen' end"]],
    promise: 'an earlier epoch neither freezes, fills nor loads a later one, frozen or open',
    report: /only an earlier epoch is too old/,
  },
  {
    guard: 'the look at an epoch that is open, by who freezes',
    script: 'freeze',
    changes: [["if state[1] == ARGV[1] then return 'loaded' end", '']],
    promise: 'freezing again, filling again and loading again by the same token change nothing',
    report: /only an open epoch is not frozen/,
  },
  {
    guard: 'the token of who freezes again',
    script: 'freeze',
    changes: [['state[2] == token and', '']],
    promise: 'another token takes over and starts anew; the first one is lost from then on',
    report: /only who froze it/,
  },
  {
    guard: 'the memory of who froze',
    script: 'freeze',
    changes: [['if state[1] == frozenEpoch and', 'if false and']],
    promise: 'freezing again, filling again and loading again by the same token change nothing',
    report: /held or released already|is resolved once released|has one live order/,
  },
  {
    guard: 'the epoch of who fills',
    script: 'fill',
    changes: [["state[1] ~= '~' .. epoch or", '']],
    promise: 'a token loads and fills only what it froze, of the same epoch',
    report: /only who froze it fills it/,
  },
  {
    guard: 'the token of who fills',
    script: 'fill',
    changes: [['or state[2] ~= token', '']],
    promise: 'another token takes over and starts anew; the first one is lost from then on',
    report: /only who froze it fills it/,
  },
  {
    guard: 'the need of a token for a frozen sale',
    script: 'load',
    changes: [["if frozen ~= (token ~= '') then return 'lost' end", '']],
    promise: 'a token loads and fills only what it froze, of the same epoch',
    report: /only who froze it loads it/,
  },
  {
    guard: 'the token of who loads',
    script: 'load',
    changes: [['state[2] ~= token or', '']],
    promise: 'another token takes over and starts anew; the first one is lost from then on',
    report: /only who froze it loads it/,
  },
  {
    guard: 'the keeping of what was filled in',
    script: 'load',
    changes: [['if frozen then\n', 'if false then\n']],
    promise: 'a sale that the store does not know can be frozen, filled and loaded',
    report: /has one live order|held or released already|is resolved once released|sold out only/,
  },
  {
    guard: 'the forgetting of an earlier epoch',
    script: 'load',
    changes: [["  redis.call('UNLINK', stateKey, buyersKey, releasedKey)\n", '']],
    promise: 'a later epoch begins anew, and an earlier one cannot come back',
    report: /holds what was handed out|is resolved once released|held or released already/,
  },
];

describeWithRedis('with a guard taken away', () => {
  const keyPrefix = freshKeyPrefix();
  afterAll(() => forgetKeys(keyPrefix));

  test('the checks pass while every guard is there', async () => {
    const stock = createRedisStock({
      redis: connectRedis({ url: redisUrl }),
      keyPrefix: `${keyPrefix}whole:`,
    });
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
        redis: connectRedis({ url: redisUrl }),
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
