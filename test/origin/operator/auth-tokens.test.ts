/** Several tokens in one variable: what is taken, and that no refusal repeats one. */
import { describe, expect, test } from 'vitest';
import {
  clashIn,
  operatorTokensOf,
  parseOperatorTokens,
} from '../../../origin/operator/auth-tokens.ts';

const ONE = '0123456789abcdef';
const TWO = 'fedcba9876543210';

test('names, roles and tokens are read in order', () => {
  expect(parseOperatorTokens(`anna:operator:${ONE}, watch-1:viewer:${TWO}==`)).toEqual([
    { name: 'anna', role: 'operator', token: ONE },
    { name: 'watch-1', role: 'viewer', token: `${TWO}==` },
  ]);
});

describe('is refused, and the token not repeated', () => {
  test.each([
    ['nothing', '', /entry 1 must be name:role:token/],
    ['a token alone', ONE, /entry 1 must be name:role:token/],
    ['no name', `:operator:${ONE}`, /entry 1 .* as name/],
    ['a name with a space', `an na:operator:${ONE}`, /entry 1 .* as name/],
    ['a name with a line end', `anna\n:operator:${ONE}`, /entry 1 .* as name/],
    ['a name of 33 characters', `${'a'.repeat(33)}:operator:${ONE}`, /as name/],
    ['a token where the name should be', `${ONE}${TWO}0:operator:x`, /as name/],
    ['a role that is none', `anna:admin:${ONE}`, /entry 1 must have the role viewer or operator/],
    ['no role', `anna::${ONE}`, /role viewer or operator/],
    ['15 characters', `anna:viewer:${ONE.slice(1)}`, /at least 16 characters/],
    ['a token with a space', `anna:viewer:${ONE} ${TWO}`, /letters, digits/],
    ['a token with a colon', `anna:viewer:${ONE}:${TWO}`, /letters, digits/],
    ['a trailing comma', `anna:viewer:${ONE},`, /entry 2 must be/],
    ['a name twice', `anna:viewer:${ONE},anna:operator:${TWO}`, /name anna is given twice/],
    ['a token twice', `anna:viewer:${ONE},ben:operator:${ONE}`, /token of ben is that of another/],
    [
      '101 of them',
      Array.from({ length: 101 }, (_, at) => `n${at}:viewer:${ONE}${at}`).join(),
      /100/,
    ],
  ])('%s', (_name, text, problem) => {
    const read = () => parseOperatorTokens(text);
    expect(read).toThrow(RangeError);
    expect(read).toThrow(problem);
    expect(read).not.toThrow(new RegExp(`${ONE}|${TWO}|${ONE.slice(1)}`));
  });
});

test('the token without a name is that of operator, beside all others', () => {
  const named = parseOperatorTokens(`anna:viewer:${ONE}`);
  const single = { name: 'operator', role: 'operator', token: 'the token of a test' };
  expect(operatorTokensOf({ OPERATOR_TOKEN: single.token })).toEqual([single]);
  expect(operatorTokensOf({ OPERATOR_TOKENS: named })).toEqual(named);
  const both = operatorTokensOf({ OPERATOR_TOKEN: single.token, OPERATOR_TOKENS: named });
  expect(both).toEqual([single, ...named]);
  expect(clashIn(both)).toBeUndefined();
});
