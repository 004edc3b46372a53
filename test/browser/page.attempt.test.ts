/** Which key a click goes out with, and which of two views of an order is the truer. */
import { describe, expect, it } from 'vitest';
import type { OrderState } from '../../contract/order.ts';
import { laterOrder } from '../../edge/web/next-step.js';
import { nextAttempt, parseAttempt } from '../../edge/web/order.js';
import { ORDER_ID, orderOf } from './page.shop.ts';

const STATES: OrderState[] = ['accepting', 'queued', 'reserved', 'paid', 'refunded'];
const OVER: OrderState[] = ['rejected', 'expired', 'cancelled'];
const click = { order: undefined, quantity: 1, newKey: 'new-key-1' };

describe('the key of a click', () => {
  it('is made for the first one', () => {
    expect(nextAttempt({ ...click, kept: undefined })).toEqual({ key: 'new-key-1', quantity: 1 });
  });

  it('stays, with its quantity, while an answer may have been lost', () => {
    const kept = { key: 'old-key-1', quantity: 2, unanswered: true };
    expect(nextAttempt({ ...click, kept })).toBe(kept);
  });

  it('stays after a refusal, and the quantity may change: nothing was written down', () => {
    const kept = { key: 'old-key-1', quantity: 2, unanswered: false };
    expect(nextAttempt({ ...click, kept })).toEqual({ key: 'old-key-1', quantity: 1 });
  });

  it.each(STATES)('stays while the order is %s', (state) => {
    const kept = { key: 'old-key-1', quantity: 1, orderId: ORDER_ID };
    expect(nextAttempt({ ...click, kept, order: orderOf({ state }) })).toBe(kept);
  });

  it.each(OVER)('is new after the order is %s', (state) => {
    const kept = { key: 'old-key-1', quantity: 2, orderId: ORDER_ID };
    const next = nextAttempt({ ...click, kept, order: orderOf({ state }) });
    expect(next).toEqual({ key: 'new-key-1', quantity: 1 });
  });

  it('is not read from a storage that somebody else wrote', () => {
    const foreign = [undefined, null, 'text', 7, {}, { key: 7, quantity: 1 }, { key: 'only-key' }];
    expect(foreign.map(parseAttempt)).toEqual(foreign.map(() => undefined));
    expect(parseAttempt({ key: 'old-key-1', quantity: 1 })).toBeDefined();
  });
});

describe('of two views of an order', () => {
  it('the one that is further wins, in whichever sequence they come', () => {
    const [queued, reserved] = [orderOf(), orderOf({ state: 'reserved' })];
    expect(laterOrder(queued, reserved)).toBe(reserved);
    expect(laterOrder(reserved, queued)).toBe(reserved);
    expect(laterOrder(undefined, queued)).toBe(queued);
  });

  it('a live one wins over another that is over', () => {
    const over = orderOf({ orderId: 'AAAAAAAAAAAAAAAAAAAAAA', state: 'rejected' });
    expect(laterOrder(over, orderOf())).toEqual(orderOf());
    expect(laterOrder(orderOf(), over)).toEqual(orderOf());
  });
});
