/** Tickets of rehearsals: good for one sale until its end, made by nobody without the pass keys. */
import { describe, expect, test } from 'vitest';
import { saleIdSchema } from '../../contract/ids.ts';
import { createPassKeeper, PASS_TOLERANCE_MS } from '../../contract/pass.ts';
import { rehearsalIdOf } from '../../contract/rehearsal.ts';
import { createRehearsalTickets, ticketOf } from '../../contract/rehearsal-ticket.ts';
import { isRehearsal, newSaleSchema } from '../../contract/sale.ts';
import { nodeHashing } from '../../origin/hashing.ts';

const key = (id: string, fill: number) => ({ id, secret: new Uint8Array(32).fill(fill) });
const tickets = createRehearsalTickets(nodeHashing, [key('a', 1)]);
const SALE = rehearsalIdOf('phone', 1_000);
const ENDS_AT_MS = 50_000;
const ticket = tickets.sign(SALE, ENDS_AT_MS);

describe('a ticket', () => {
  test('lets in the buyer whose number is added, as one of this rehearsal', () => {
    const read = tickets.read(ticketOf(ticket, 7), ENDS_AT_MS - 1);
    expect(read).toEqual({ saleId: SALE, buyerId: `${SALE}.7` });
  });

  test('is not good from its end on', () => {
    expect(tickets.read(ticketOf(ticket, 7), ENDS_AT_MS)).toBeUndefined();
  });

  test.each([
    ['another sale', ticketOf(ticket, 7).replace('phone', 'radio')],
    ['another end', ticketOf(ticket, 7).replace('50000', '90000')],
    ['no number', `Rehearsal ${ticket}`],
    ['a number that is none', `Rehearsal ${ticket}.x`],
    ['another scheme', `Bearer ${ticket}.7`],
    ['nothing', ''],
  ])('is no ticket with %s', (_what, authorization) => {
    expect(tickets.read(authorization, 0)).toBeUndefined();
  });

  test('of another key is not taken, and of either key while two are known', () => {
    const other = createRehearsalTickets(nodeHashing, [key('b', 2)]);
    const both = createRehearsalTickets(nodeHashing, [key('b', 2), key('a', 1)]);
    expect(other.read(ticketOf(ticket, 7), 0)).toBeUndefined();
    expect(both.read(ticketOf(ticket, 7), 0)).toBeDefined();
    expect(both.read(ticketOf(other.sign(SALE, ENDS_AT_MS), 7), 0)).toBeDefined();
  });

  test('signed for a sale that is no rehearsal lets nobody in', () => {
    expect(tickets.read(ticketOf(tickets.sign('phone', ENDS_AT_MS), 7), 0)).toBeUndefined();
  });

  test('is no pass, nor is a pass a ticket', () => {
    const passes = createPassKeeper(nodeHashing, [key('a', 1)]);
    const request = { method: 'GET', path: '/', body: '', idempotencyKey: '' };
    expect(passes.verify(ticket, request, 0)).toMatchObject({ kind: 'invalid' });
    const pass = passes.sign({ ...request, timeMs: PASS_TOLERANCE_MS, buyerId: '' });
    expect(tickets.read(`Rehearsal ${pass}`, 0)).toBeUndefined();
  });
});

describe('the id of a rehearsal', () => {
  test('is one of a sale, whatever the sale is called', () => {
    const nowMs = Date.parse('2050-01-01T00:00:00Z');
    for (const saleId of ['a', 'x'.repeat(32), 'phone-15-pro-max']) {
      const id = rehearsalIdOf(saleId, nowMs);
      expect(saleIdSchema.safeParse(id).success, id).toBe(true);
      expect(isRehearsal(id)).toBe(true);
    }
  });

  test('cannot be given to an ordinary sale', () => {
    const sale = { title: 'A', units: 1, price: 0, currency: 'CNY' };
    const times = { opensAt: '2026-01-01T00:00:00.000Z', closesAt: '2026-01-02T00:00:00.000Z' };
    const made = newSaleSchema.safeParse({ ...sale, ...times, saleId: 'rehearsal-phone' });
    expect(made.error?.issues[0]?.message).toMatch(/must not begin with rehearsal-/);
    expect(newSaleSchema.safeParse({ ...sale, ...times, saleId: 'phone' }).success).toBe(true);
  });
});
