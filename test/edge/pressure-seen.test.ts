/** What an isolate gathers of its origin's load for the rate gate, and that no buyer sees it. */
import { expect, test } from 'vitest';
import { PRESSURE_HEADER, readPressure, writePressure } from '../../contract/pressure.ts';
import { createPressureSeen } from '../../edge/pressure-seen.ts';
import { openShop } from './shop.ts';

test('the report sums answers and keeps the highest hint, until it is taken', () => {
  const seen = createPressureSeen();
  seen.note('phone', { overloaded: false, pressure: 0.4 });
  seen.note('phone', { overloaded: true, pressure: 1.2 });
  seen.note('phone', { overloaded: true, pressure: undefined });
  seen.note('tablet', { overloaded: false, pressure: 0.1 });
  expect(seen.take('phone')).toEqual({ answered: 3, overloaded: 2, pressure: 1.2 });
  expect(seen.take('phone')).toEqual({ answered: 0, overloaded: 0, pressure: 0 });
  expect(seen.take('tablet')).toEqual({ answered: 1, overloaded: 0, pressure: 0.1 });
});

test.each([
  [0, '0.00'],
  [0.456, '0.46'],
  [1, '1.00'],
  [12.3, '12.30'],
  [1e9, '99.99'],
  [-1, '0.00'],
])('a pressure of %d is written as %s and read again', (pressure, text) => {
  expect(writePressure(pressure)).toBe(text);
  expect(readPressure(text)).toBe(Number(text));
});

test.each([null, undefined, '', '-1', 'NaN', '1e9', '100', '0.123', '1,5', ' 1', '0x1'])(
  'a header %j says nothing',
  (text) => expect(readPressure(text)).toBeUndefined(),
);

test('a browser is not told how busy the origin is', async () => {
  const shop = openShop();
  const headers = { [PRESSURE_HEADER]: '0.93' };
  shop.twist.origin = ({ path }) =>
    path.startsWith('/edge/') ? undefined : Response.json({}, { status: 202, headers });
  const answer = await shop.order();
  expect(answer.status).toBe(202);
  expect(answer.headers.has(PRESSURE_HEADER)).toBe(false);
});
