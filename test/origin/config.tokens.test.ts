/** Operators with and without names in the configuration: together, alone, and never twice. */
import { expect, test } from 'vitest';
import { parseConfig } from '../../origin/config.ts';
import { LEAST_ENVIRONMENT } from './run-origin.ts';

const TOKEN = 'the-token-of-anna';
const ANNA = { name: 'anna', role: 'viewer', token: TOKEN };
const named = { ...LEAST_ENVIRONMENT, OPERATOR_TOKENS: `anna:viewer:${TOKEN}` };

test('named ones stand beside the one without a name, or in its place', () => {
  const { OPERATOR_TOKEN } = LEAST_ENVIRONMENT;
  expect(parseConfig(named)).toMatchObject({ OPERATOR_TOKEN, OPERATOR_TOKENS: [ANNA] });
  const alone = parseConfig({ ...named, OPERATOR_TOKEN: '' });
  expect(alone).not.toHaveProperty('OPERATOR_TOKEN');
  expect(alone.OPERATOR_TOKENS).toEqual([ANNA]);
});

test.each([
  ['token', { OPERATOR_TOKEN: TOKEN }, 'the token of anna is that of another name as well'],
  ['name', { OPERATOR_TOKENS: `operator:viewer:${TOKEN}` }, 'the name operator is given twice'],
])('a %s that the one without a name has is refused, and not repeated', (_what, change, why) => {
  const parse = () => parseConfig({ ...named, ...change });
  expect(parse).toThrow(`OPERATOR_TOKENS: ${why}; for example OPERATOR_TOKENS=`);
  expect(parse).not.toThrow(TOKEN);
});
