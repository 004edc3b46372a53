/** What the page shows for what it knows: button, words and timer of every situation. */
import { describe, expect, it } from 'vitest';
import type { SaleView } from '../../contract/sale.ts';
import { nextStep, saleAfter, stateAt } from '../../edge/web/next-step.js';
import type { Facts, Refused, Trouble } from '../../edge/web/types.ts';
import { orderOf } from './page.shop.ts';

const NOW_MS = 1_800_000_000_000;
const iso = (ms: number) => new Date(NOW_MS + ms).toISOString();
const sale = {
  state: 'open',
  opensAt: iso(-1000),
  closesAt: iso(60_000),
  remaining: 5,
} as SaleView;
const know = (facts: Partial<Facts>) =>
  nextStep({
    sale,
    order: undefined,
    sending: { kind: 'idle' },
    place: undefined,
    wasServed: false,
    hasReturned: false,
    refusal: undefined,
    nowMs: NOW_MS,
    ...facts,
  });
const refused = (trouble: Trouble, more: Partial<Refused> = {}): Refused => ({
  kind: 'refused',
  trouble,
  status: 400,
  ...more,
});

describe('the sale', () => {
  it('opens and closes by the clock, whatever was last seen of it', () => {
    const scheduled: SaleView = { ...sale, state: 'scheduled' };
    expect([-1001, -1000, 59_999, 60_000].map((ms) => stateAt(scheduled, NOW_MS + ms))).toEqual([
      'scheduled',
      'open',
      'open',
      'ended',
    ]);
    expect(stateAt({ ...sale, state: 'paused' }, NOW_MS - 5000)).toBe('paused');
  });

  it.each([
    ['scheduled', { opensAt: iso(5000) }, 'opens-in'],
    ['paused', { state: 'paused' }, 'closes-in'],
    ['sold-out', { state: 'sold-out' }, 'closes-in'],
    ['ended', { state: 'ended' }, 'closed'],
  ] as const)('that is %s cannot be bought from', (message, change, label) => {
    const screen = know({ sale: { ...sale, ...change } });
    expect(screen).toMatchObject({ message, action: undefined, timer: { label } });
  });

  it('learns from a refused click', () => {
    const learned = (refusal: Refused) => saleAfter(sale, refusal);
    expect(learned(refused('sold-out'))).toMatchObject({ state: 'sold-out', remaining: 0 });
    expect(learned(refused('ended'))?.state).toBe('ended');
    expect(learned(refused('paused'))?.state).toBe('paused');
    expect(learned(refused('unknown-sale'))).toBeUndefined();
    const later = learned(refused('not-open', { opensAt: iso(9000) }));
    expect(later).toMatchObject({ state: 'scheduled', opensAt: iso(9000) });
    expect(learned(refused('not-drawn'))).toBe(sale);
  });

  it('is in touch again once the shop has refused a click for what it is now', () => {
    const old = { ...sale, asOf: iso(-60_000) };
    for (const trouble of ['sold-out', 'not-sold-out', 'ended', 'paused', 'no-waitlist'] as const) {
      expect(saleAfter(old, refused(trouble)), trouble).not.toHaveProperty('asOf');
    }
    expect(saleAfter(old, refused('overloaded'))).toHaveProperty('asOf');
    const soldOut = saleAfter(old, refused('sold-out'));
    expect(know({ sale: soldOut }).message).toBe('sold-out');
  });

  it('that is not known yet, or not at all, shows only why', () => {
    expect(know({ sale: undefined })).toMatchObject({ message: 'loading', action: undefined });
    const screen = know({ sale: undefined, refusal: refused('unknown-sale') });
    expect(screen).toMatchObject({ message: 'unknown-sale', action: undefined });
  });
});

describe('the click', () => {
  it('is offered once: not while it is under way, not while it waits', () => {
    expect(know({})).toMatchObject({ message: 'open', button: 'buy', action: 'order' });
    const sending = know({ sending: { kind: 'sending', what: 'order' } });
    expect(sending).toMatchObject({ message: 'sending', action: undefined });
    const untilMs = NOW_MS + 7000;
    const waiting = know({
      sending: { kind: 'waiting', what: 'order', untilMs },
      refusal: refused('not-drawn'),
    });
    expect(waiting).toMatchObject({
      message: 'not-drawn',
      action: undefined,
      timer: { label: 'asks-again-in', untilMs },
    });
  });

  it('that is sent again goes on saying why', () => {
    const screen = know({
      sending: { kind: 'sending', what: 'order' },
      refusal: refused('overloaded'),
    });
    expect(screen).toMatchObject({ message: 'overloaded', action: undefined });
  });

  it('is offered again when the page has stopped asking, and says so', () => {
    const screen = know({ refusal: refused('overloaded', { retryAfterMs: 1000 }) });
    expect(screen).toMatchObject({ gaveUp: true, button: 'again', action: 'order' });
    expect(know({ refusal: refused('invalid-request') })).toMatchObject({ gaveUp: false });
  });
});

describe('the order', () => {
  it.each([
    ['accepting', 0, undefined],
    ['queued', 1, undefined],
    ['entered', 0, undefined],
    ['reserved', 2, 'pay'],
    ['paid', 3, undefined],
    ['refunded', 0, undefined],
  ] as const)('that is %s allows no other', (state, step, action) => {
    const screen = know({ order: orderOf({ state }) });
    expect(screen).toMatchObject({ message: state, step, action });
  });

  it('that lies in the dead letters says that the shop has to look, until it is closed', () => {
    const screen = know({ order: orderOf({ held: true }) });
    expect(screen).toMatchObject({ message: 'held', tone: 'wait', step: 1, quiet: 'cancel' });
    const closing = know({ order: orderOf({ held: true, closedBy: 'buyer' }) });
    expect(closing.message).toBe('closing');
  });

  it('counts down the time to pay', () => {
    const payBefore = iso(900_000);
    const { timer } = know({ order: orderOf({ state: 'reserved', payBefore }) });
    expect(timer).toEqual({ label: 'pay-within', untilMs: NOW_MS + 900_000 });
  });

  it.each(['sold-out', 'duplicate', 'recovered', 'poison'] as const)(
    'that was rejected says why: %s',
    (reason) => {
      const screen = know({ order: orderOf({ state: 'rejected', reason }) });
      expect(screen).toMatchObject({ message: `rejected-${reason}`, button: 'again' });
    },
  );

  it('that is over can be tried again only while the sale is open', () => {
    const order = orderOf({ state: 'expired' });
    expect(know({ order })).toMatchObject({ button: 'again', action: 'order' });
    const ended = know({ order, sale: { ...sale, state: 'ended' } });
    expect(ended).toMatchObject({ message: 'expired', button: 'is-ended', action: undefined });
  });
});
