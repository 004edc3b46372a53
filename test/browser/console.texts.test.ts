/**
 * The console speaks both languages whole: every text in both, with the same gaps to fill, a word
 * for whatever the origin may say, and prices are read as the buyer's page writes them.
 */
import { expect, test } from 'vitest';
import { orderEventSchema } from '../../contract/console.ts';
import { closedBySchema, orderStateSchema, rejectionSchema } from '../../contract/order.ts';
import { paymentStateSchema, refundReasonSchema } from '../../contract/payment.ts';
import { rehearsalIdOf } from '../../contract/rehearsal.ts';
import { saleStateSchema } from '../../contract/sale.ts';
import { minorDigits as buyersDigits } from '../../edge/web/language.js';
import { PARTS } from '../../origin/admit/pressure.ts';
import { detailsOf } from '../../origin/console/web/order-details.js';
import { isRehearsal } from '../../origin/console/web/rehearsals.js';
import { texts as english } from '../../origin/console/web/texts.en.js';
import { texts as chinese } from '../../origin/console/web/texts.zh-CN.js';
import { minorDigits, wordsIn } from '../../origin/console/web/words.js';
import { eventsOf, type HistoryRows } from '../../origin/operator/order-history.ts';

const gapsIn = (text: string) => Array.from(text.matchAll(/\{\w+\}/g), ([gap]) => gap).sort();

test('both languages have the same texts', () => {
  expect(Object.keys(chinese)).toEqual(Object.keys(english));
});

test.each(Object.entries(english))('%s has the same gaps in both', (label, text) => {
  const translated = chinese[label as keyof typeof chinese];
  expect(gapsIn(translated)).toEqual(gapsIn(text));
  expect(translated.trim()).not.toBe('');
});

test('a price has as many digits here as on the page of its buyers', () => {
  const digits = (of: (currency: string) => number) =>
    Intl.supportedValuesOf('currency').map((currency) => [currency, of(currency)]);
  expect(digits(minorDigits)).toEqual(digits(buyersDigits));
});

test.each([
  ['part', PARTS],
  ['sale', saleStateSchema.options],
  ['order', orderStateSchema.options],
  ['payment', paymentStateSchema.options],
  ['by', closedBySchema.options],
  ['reason', rejectionSchema.options],
  ['refund', refundReasonSchema.options],
  ['of', orderEventSchema.shape.of.options],
])('there is a word for each that the origin says of "%s"', (prefix, names) => {
  for (const name of names) expect(Object.keys(english)).toContain(`${prefix}-${name}`);
});

/** An order to which everything happened. */
const ROWS: HistoryRows = {
  order: {
    ...{ orderId: 'o', saleId: 'phone', buyerId: 'lin', quantity: 1, state: 'refunded', epoch: 1 },
    ...{ reason: null, closedBy: 'operator', settleId: 0, bucket: 0, seq: 1, live: null },
    ...{ reservedAtMs: 1, settledAtMs: 2, payBeforeMs: 3, resolvedAtMs: 9 },
  } as unknown as HistoryRows['order'],
  paidAtMs: 8,
  payments: [
    {
      ...{ paymentId: 'pay_o_1', provider: 'sandbox', state: 'refunded', refundReason: 'twice' },
      ...{ amount: 199_900, currency: 'CNY', openedAtMs: 5, changedAtMs: 9 },
    },
  ],
  release: { units: 1, epoch: 1, deliveredAtMs: 10 },
  place: { number: 4, joinedAtMs: 1, changedAtMs: 2 },
  notices: [
    { number: 1, type: 'order.paid', state: 'dead', tries: 9, createdAtMs: 8, lastError: 'gone' },
  ],
  letters: [
    { id: 7, state: 'replayed', reason: 'poison', attempts: 2, buriedAtMs: 3, changedAtMs: 4 },
  ],
  changes: [{ atMs: 9, operator: 'anna', action: 'order.refund', status: 200 }],
};

test.each([
  ['en', english],
  ['zh-CN', chinese],
] as const)('every detail of an order’s history has its word (%s)', (language, texts) => {
  const words = wordsIn(language, texts);
  const details = eventsOf(ROWS).flatMap((event) => detailsOf(event, words));
  const known = Object.entries(texts).flatMap(([label, text]) =>
    label.startsWith('detail-') ? [text] : [],
  );
  for (const [name] of details) expect(known).toContain(name);
  const values = details.map(([, value]) => value);
  expect(values).toContain(words.price(199_900, 'CNY'));
  expect(values).toContain(texts['by-operator']);
  expect(values).toContain(texts['refund-twice']);
  expect(values.join(' '), 'a time as a machine writes it').not.toMatch(/T00:00:00/);
});

test('a rehearsal is known by its id', () => {
  expect(isRehearsal(rehearsalIdOf('phone', 1))).toBe(true);
  expect(isRehearsal('phone')).toBe(false);
});
