/** Values of PlanetScale as the book reads them, also where a server leaves out what it may. */
import { expect, test } from 'vitest';
import { castValue } from '../../../origin/settle/planetscale-values.ts';

const UTF8 = Buffer.from('手机').toString('latin1');

test.each([
  ['INT8', '1', 1],
  ['UINT64', '1795000000000', 1_795_000_000_000],
  ['INT64', '-5', -5],
  ['UINT64', '9007199254740993', '9007199254740993'],
  ['FLOAT64', '0.25', 0.25],
  ['DECIMAL', '12', '12'],
  ['VARCHAR', UTF8, '手机'],
  ['ENUM', 'reserved', 'reserved'],
  ['JSON', '{"a":1}', { a: 1 }],
])('%s %s is %o', (type, value, expected) => {
  expect(castValue({ name: 'x', type }, value)).toEqual(expected);
  expect(castValue({ name: 'x', type }, null)).toBeNull();
});

test.each([
  ['text with a binary collation', { type: 'VARBINARY', charset: 45 }, 'abc'],
  ['bytes by their character set', { type: 'BLOB', charset: 63 }, Buffer.from('abc')],
  ['bytes by their column', { type: 'BLOB', columnType: 'mediumblob' }, Buffer.from('abc')],
  ['text by its column', { type: 'BLOB', columnType: 'mediumtext' }, 'abc'],
  ['a BLOB of which nothing more is said', { type: 'BLOB', charset: null }, Buffer.from('abc')],
  ['a VARBINARY of which nothing more is said', { type: 'VARBINARY' }, 'abc'],
])('%s', (_what, field, expected) => {
  expect(castValue({ name: 'x', ...field }, 'abc')).toEqual(expected);
});

test('what is no number where one belongs is told', () => {
  expect(() => castValue({ name: 'x', type: 'INT64' }, 'abc')).toThrow(TypeError);
});
