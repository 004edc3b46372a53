/**
 * The door of the operator API with a clock of its own: whose token it is and at what cost, what a
 * role allows, how often an address may be wrong and a token may ask.
 */
import { timingSafeEqual } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createOperatorDoor, createTokenJudge } from '../../../origin/operator/auth.ts';
import {
  createWrongTokens,
  MAX_ADDRESSES,
  TOKEN_REQUESTS,
  WRONG_TOKENS,
} from '../../../origin/operator/auth-limits.ts';
import { parseOperatorTokens } from '../../../origin/operator/auth-tokens.ts';
import { memoryLogger } from '../fakes.ts';

const ANNA = 'a'.repeat(16);
const BEN = 'b'.repeat(16);
const WATCH = 'w'.repeat(20);
const TOKENS = parseOperatorTokens(
  `anna:operator:${ANNA},ben:operator:${BEN},watch:viewer:${WATCH}`,
);

/** More than any limit lets through at once. */
const MANY = 10_000;

const bearer = (token: string) => `Bearer ${token}`;
const WRONG = [
  ...['', 'Bearer', 'Bearer ', ANNA, `Basic ${ANNA}`, bearer(`${ANNA}a`), bearer(ANNA.slice(1))],
  ...[bearer(ANNA.toUpperCase()), bearer(` ${ANNA}`), bearer(`${ANNA} `), bearer(`${ANNA},${BEN}`)],
];

describe('judging a token', () => {
  test('finds whose it is, and nobody for another', () => {
    const whose = createTokenJudge(TOKENS);
    expect(whose(bearer(ANNA))).toEqual({ name: 'anna', role: 'operator' });
    expect(whose(bearer(WATCH))).toEqual({ name: 'watch', role: 'viewer' });
    for (const wrong of WRONG) expect(whose(wrong), wrong).toBeUndefined();
  });

  test('does the same work for the first, the last and a wrong token, of any length', () => {
    const compared: [left: number, right: number][] = [];
    const whose = createTokenJudge(TOKENS, (left, right) => {
      compared.push([left.length, right.length]);
      return timingSafeEqual(left, right);
    });
    for (const given of [ANNA, BEN, WATCH, 'x', 'x'.repeat(8_000)].map(bearer)) {
      compared.length = 0;
      whose(given);
      expect(compared, given.slice(0, 30)).toEqual(Array(TOKENS.length).fill([32, 32]));
    }
  });

  test('compares in constant time unless told otherwise', () => {
    expect(createTokenJudge.toString()).toContain('timingSafeEqual');
  });
});

interface Try {
  token?: string | undefined;
  method?: string;
  address?: string;
}

function openDoor() {
  const log = memoryLogger();
  const clock = { nowMs: 1_000 };
  const door = createOperatorDoor({
    tokens: TOKENS,
    nowMs: () => clock.nowMs,
    logger: log.logger,
  });
  const knock = ({ token, method = 'GET', address = '203.0.113.9' }: Try) =>
    door({ method, address, authorization: token === undefined ? undefined : bearer(token) });
  return { knock, clock, log };
}

describe('a role', () => {
  test.each(['GET', 'HEAD'])('of either kind may %s', (method) => {
    const { knock } = openDoor();
    for (const token of [ANNA, WATCH]) expect(knock({ token, method }).kind).toBe('entered');
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PURGE', 'get'])(
    'of a viewer may not %s',
    (method) => {
      const { knock, log } = openDoor();
      expect(knock({ token: ANNA, method }).kind).toBe('entered');
      expect(knock({ token: WATCH, method })).toEqual({ kind: 'needs-operator', name: 'watch' });
      expect(log.lines).toEqual(['warn a viewer tried to change something']);
    },
  );
});

describe('an address that is wrong', () => {
  const wrongUntilBlocked = ({ knock }: ReturnType<typeof openDoor>, address?: string) => {
    for (let tries = 0; tries < MANY; tries += 1) {
      const reply = knock({ token: 'wrong', ...(address === undefined ? {} : { address }) });
      if (reply.kind !== 'unknown-token') return { tries, reply };
    }
    throw new Error('nobody was told to wait');
  };

  test('ten times is told to wait, its right token too, and is told when', () => {
    const door = openDoor();
    const { tries, reply } = wrongUntilBlocked(door);
    expect(tries).toBe(WRONG_TOKENS.burst);
    expect(reply).toEqual({ kind: 'too-fast', retryAfterMs: 6_000 });
    expect(door.knock({ token: ANNA })).toEqual(reply);
    expect(door.knock({})).toEqual(reply);
    expect(door.log.lines, 'a line for each look, none for the others').toHaveLength(tries);

    door.clock.nowMs += 5_999;
    expect(door.knock({ token: ANNA }).kind).toBe('too-fast');
    door.clock.nowMs += 1;
    expect(door.knock({ token: ANNA }).kind).toBe('entered');
  });

  test('keeps no other address waiting', () => {
    const door = openDoor();
    wrongUntilBlocked(door);
    expect(door.knock({ token: ANNA, address: '203.0.113.10' }).kind).toBe('entered');
  });

  test('has all its tries again after a minute, and ten in each minute at the most', () => {
    const door = openDoor();
    wrongUntilBlocked(door);
    door.clock.nowMs += 60_000;
    expect(wrongUntilBlocked(door).tries).toBe(WRONG_TOKENS.burst);
    door.clock.nowMs += 30_000;
    expect(wrongUntilBlocked(door).tries).toBe(WRONG_TOKENS.burst / 2);
  });

  test('is not counted for a right token, nor for none', () => {
    const { knock, clock } = openDoor();
    for (let asked = 0; asked < 50; asked += 1) {
      clock.nowMs += 100;
      expect(knock({})).toEqual({ kind: 'unknown-token' });
      expect(knock({ token: ANNA }).kind).toBe('entered');
    }
  });

  test('is forgotten when too many others are, so that memory is bounded', () => {
    const wrong = createWrongTokens();
    for (let each = 0; each < MAX_ADDRESSES + 500; each += 1) wrong.note(`address-${each}`, 0);
    expect(wrong.size).toBe(MAX_ADDRESSES);
    wrong.waitMs('never-seen', 0);
    expect(wrong.size, 'looking remembers nobody').toBe(MAX_ADDRESSES);
  });
});

describe('a token that asks too much', () => {
  const askUntilTold = ({ knock }: ReturnType<typeof openDoor>, token: string) => {
    for (let asked = 0; asked < MANY; asked += 1) {
      // From many addresses: it is the name that counts.
      const reply = knock({ token, address: `10.0.0.${asked}` });
      if (reply.kind !== 'entered') return { asked, reply };
    }
    throw new Error('nobody was told to wait');
  };

  test('is told to wait, whatever it wants, and no other token is', () => {
    const door = openDoor();
    const { asked, reply } = askUntilTold(door, ANNA);
    expect(asked).toBe(TOKEN_REQUESTS.burst);
    expect(reply).toEqual({ kind: 'too-fast', retryAfterMs: 1_000 / TOKEN_REQUESTS.perSecond });
    expect(door.knock({ token: ANNA, method: 'POST' }).kind).toBe('too-fast');
    expect(door.knock({ token: BEN, method: 'POST' }).kind).toBe('entered');
    door.clock.nowMs += 500;
    expect(askUntilTold(door, ANNA).asked).toBe(TOKEN_REQUESTS.perSecond / 2);
  });

  test('of a viewer is told the same', () => {
    expect(askUntilTold(openDoor(), WATCH).asked).toBe(TOKEN_REQUESTS.burst);
  });
});
