/** What the page shows after the click: paying, closing, money that came late, the waitlist. */
import { describe, expect, it } from 'vitest';
import type { OrderView } from '../../contract/order.ts';
import type { SaleView } from '../../contract/sale.ts';
import { nextStep, orderMessage, saleAfter } from '../../edge/web/next-step.js';
import type { Facts, Refused } from '../../edge/web/types.ts';
import { orderOf, placeOf } from './page.shop.ts';

const NOW_MS = 1_800_000_000_000;
const iso = (ms: number) => new Date(NOW_MS + ms).toISOString();
const open = {
  state: 'open',
  opensAt: iso(-1000),
  closesAt: iso(60_000),
  remaining: 5,
} as SaleView;
const waitlist = { waiting: 7, full: false };
const soldOut: SaleView = { ...open, state: 'sold-out', remaining: 0, waitlist };
const know = (change: Partial<Facts>) => {
  const facts: Facts = {
    ...{ sale: open, order: undefined, sending: { kind: 'idle' }, place: undefined },
    ...{ wasServed: false, hasReturned: false, refusal: undefined, nowMs: NOW_MS },
    ...change,
  };
  return nextStep(facts);
};
const reserved = (more: Partial<OrderView> = {}) =>
  orderOf({ state: 'reserved', payBefore: iso(300_000), ...more });
const refused = (what: Facts['refusal']): Refused => ({
  ...{ kind: 'refused', trouble: 'payment-unavailable', status: 503, what: 'pay' },
  ...what,
});

describe('a reserved order', () => {
  it('can be paid and cancelled until its time is over, by the shop’s clock', () => {
    const payable = { button: 'pay', action: 'pay', quiet: 'cancel', message: 'reserved', step: 2 };
    expect(know({ order: reserved() })).toMatchObject(payable);
    expect(know({ order: reserved(), nowMs: NOW_MS + 299_999 })).toMatchObject({ action: 'pay' });
    expect(know({ order: reserved(), nowMs: NOW_MS + 300_000, sale: open })).toMatchObject({
      ...{ message: 'time-up', button: 'is-reserved' },
      ...{ action: undefined, quiet: undefined },
    });
  });

  it.each([
    ['buyer', 'closing'],
    ['operator', 'closing'],
    ['risk', 'closing'],
    ['payment', 'closing'],
    ['deadline', 'time-up'],
  ] as const)('that %s wants closed can be neither: %s', (closedBy, message) => {
    const screen = know({ order: reserved({ closedBy, payment: 'cancelling' }) });
    expect(screen).toMatchObject({ message, action: undefined, quiet: undefined, tone: 'wait' });
  });

  it('waits for the word of the provider only when its buyer came back', () => {
    const said = (payment: OrderView['payment'], hasReturned: boolean) =>
      know({ order: reserved(payment && { payment }), hasReturned }).message;
    expect(said('open', true)).toBe('confirming');
    expect(said('opening', true)).toBe('confirming');
    expect(said('open', false)).toBe('reserved');
    expect(said(undefined, true)).toBe('reserved');
    expect(said('paid', false)).toBe('confirming');
    expect(said('failed', true)).toBe('payment-failed');
    expect(said('cancelled', true)).toBe('reserved');
  });

  it('says why it could not be paid, as long as it can be', () => {
    const refusal = refused(undefined as unknown as Refused);
    expect(know({ order: reserved(), refusal })).toMatchObject({
      ...{ message: 'payment-unavailable', action: 'pay', button: 'pay', gaveUp: false },
    });
    expect(know({ order: reserved({ closedBy: 'buyer' }), refusal }).message).toBe('closing');
    expect(know({ order: orderOf({ state: 'paid' }), refusal }).message).toBe('paid');
  });

  it('says what is being asked', () => {
    const sending = (what: 'pay' | 'cancel') =>
      know({ order: reserved(), sending: { kind: 'sending', what } });
    expect(sending('pay')).toMatchObject({
      message: 'paying',
      action: undefined,
      quiet: undefined,
    });
    expect(sending('cancel')).toMatchObject({ message: 'asking', action: undefined });
  });
});

describe('an order in line', () => {
  it('can be cancelled once it is certain, and once only', () => {
    expect(know({ order: orderOf() })).toMatchObject({ quiet: 'cancel', action: undefined });
    expect(know({ order: orderOf({ state: 'accepting' }) }).quiet).toBeUndefined();
    const closing = know({ order: orderOf({ closedBy: 'buyer' }) });
    expect(closing).toMatchObject({ message: 'closing', quiet: undefined });
  });
});

describe('an order that is over', () => {
  it.each<[string, Partial<OrderView>]>([
    ['expired', { state: 'expired', closedBy: 'deadline' }],
    ['closed-unpaid', { state: 'expired', closedBy: 'payment' }],
    ['closed-unpaid', { state: 'cancelled', closedBy: 'payment', payment: 'failed' }],
    ['late-money', { state: 'expired', payment: 'refunding' }],
    ['late-money', { state: 'cancelled', closedBy: 'buyer', payment: 'refunding' }],
    ['late-money-back', { state: 'expired', payment: 'refunded' }],
    ['cancelled-by-you', { state: 'cancelled', closedBy: 'buyer' }],
    ['cancelled-by-shop', { state: 'cancelled', closedBy: 'operator' }],
    ['cancelled-by-shop', { state: 'cancelled', closedBy: 'risk' }],
    ['cancelled', { state: 'cancelled' }],
    ['cancelled-by-you', { state: 'rejected', reason: 'cancelled', closedBy: 'buyer' }],
    ['rejected-sold-out', { state: 'rejected', reason: 'sold-out' }],
    ['refunded', { state: 'refunded', payment: 'refunding' }],
    ['money-back', { state: 'refunded', payment: 'refunded' }],
  ])('says %s of %j', (message, order) => {
    expect(orderMessage(orderOf(order), { nowMs: NOW_MS })).toBe(message);
  });

  it('offers another order, or the waitlist, or neither', () => {
    const order = orderOf({ state: 'expired' });
    expect(know({ order })).toMatchObject({ message: 'expired', action: 'order' });
    expect(know({ order, sale: soldOut })).toMatchObject({ message: 'expired', action: 'join' });
    const full = { ...soldOut, waitlist: { waiting: 9, full: true } };
    expect(know({ order, sale: full })).toMatchObject({ message: 'expired', action: undefined });
    expect(know({ order: orderOf({ state: 'paid' }), sale: soldOut }).action).toBeUndefined();
  });
});

describe('the waitlist', () => {
  const place = placeOf();

  it('is offered when the sale is sold out and has one that is not full', () => {
    expect(know({ sale: soldOut })).toMatchObject({ message: 'can-wait', action: 'join' });
    const full = { ...soldOut, waitlist: { waiting: 9, full: true } };
    expect(know({ sale: full })).toMatchObject({ message: 'waitlist-full', action: undefined });
    const { waitlist: _, ...none } = soldOut;
    expect(know({ sale: none })).toMatchObject({ message: 'sold-out', action: undefined });
    expect(know({}).action).toBe('order');
  });

  it('shows the place, and an estimate only where there is one', () => {
    const screen = know({ sale: soldOut, place });
    expect(screen).toMatchObject({ message: 'wait-units', quiet: 'leave', action: undefined });
    expect(screen.values).toMatchObject({ place: 3, waiting: 7, quantity: 1, units: 4 });
    const said = (more: Partial<typeof place>) =>
      know({ sale: soldOut, place: { ...place, ...more } }).message;
    expect(said({ estimatedWaitMs: 60_000 })).toBe('wait-time');
    expect(said({ estimatedWaitMs: 60_000, unpaidUnits: 0 })).toBe('wait-none');
  });

  it('gives way to a live order, to units that are left, and to the end', () => {
    const served = know({ sale: soldOut, place, order: reserved(), wasServed: true });
    expect(served).toMatchObject({ message: 'served', action: 'pay' });
    expect(know({ sale: open, place }).action).toBe('order');
    expect(know({ sale: { ...soldOut, state: 'ended' }, place }).message).toBe('ended');
    const expired = orderOf({ state: 'expired' });
    expect(know({ sale: soldOut, place, order: expired }).quiet).toBe('leave');
  });

  it('teaches the sale what a refusal says of it', () => {
    const learned = (trouble: Refused['trouble']) =>
      saleAfter(soldOut, { kind: 'refused', trouble, status: 409 });
    expect(learned('not-sold-out')).toMatchObject({ state: 'open', remaining: 1 });
    expect(learned('waitlist-full')?.waitlist).toEqual({ waiting: 7, full: true });
    expect(learned('no-waitlist')).not.toHaveProperty('waitlist');
  });
});

it('a sign-in that has ended goes before everything', () => {
  const refusal: Refused = { kind: 'refused', trouble: 'signed-out', status: 401 };
  expect(know({ order: reserved(), refusal })).toMatchObject({
    ...{ message: 'signed-out', action: undefined, quiet: undefined },
  });
});
