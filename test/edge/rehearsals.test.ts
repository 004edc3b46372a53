/**
 * Rehearsals at the edge: whoever has no ticket finds none, however the address is written, and a
 * ticket buys in its own rehearsal and is good for nothing else.
 */
import { expect, test } from 'vitest';
import { createRehearsalTickets, ticketOf } from '../../contract/rehearsal-ticket.ts';
import { edgeHashing } from '../../edge/hashing.ts';
import { openSale, openShop, PASS_KEYS, START_MS, told } from './shop.ts';

const SALE_ID = 'rehearsal-phone';
const ENDS_AT_MS = START_MS + 60_000;
const tickets = createRehearsalTickets(edgeHashing, PASS_KEYS);
const ticket = tickets.sign(SALE_ID, ENDS_AT_MS);
const headers = (signed = ticket) => ({ authorization: ticketOf(signed, 7) });

function openRehearsal(change: Parameters<typeof openShop>[1] = {}) {
  const shop = openShop(openSale(), change);
  for (const saleId of [SALE_ID, 'rehearsal-other']) {
    shop.sales.set(saleId, openSale({ saleId }));
  }
  return shop;
}

test.each([
  '/api/sales/rehearsal-phone',
  '/api/sales/rehearsal-phone/leaderboard',
  '/api/sales/rehearsal-phone/draw',
  '/api/sales/%72ehearsal-phone',
  '/api/sales/rehearsal%2Dphone',
])('%s is nothing to who has no ticket, and the origin is not asked', async (path) => {
  const shop = openRehearsal();
  const answer = await told(shop.fetch(path));
  expect(answer).toMatchObject({ status: 404, type: '/problems/unknown-sale' });
  expect(shop.seen).toEqual([]);
});

test('a click without a ticket finds no sale, with one it buys as the ticket’s buyer', async () => {
  const shop = openRehearsal();
  expect((await told(shop.order({ saleId: SALE_ID }))).status).toBe(404);
  expect(shop.seen).toEqual([]);
  expect((await shop.order({ saleId: SALE_ID, headers: headers() })).status).toBe(202);
  expect(shop.orders()).toMatchObject([{ pass: { kind: 'valid', buyerId: `${SALE_ID}.7` } }]);
});

test('a crowd of tickets from one address is not held up', async () => {
  const shop = openRehearsal({ addressLimit: 1 });
  const statuses = new Set<number>();
  for (let buyer = 0; buyer < 20; buyer += 1) {
    const authorization = ticketOf(ticket, buyer);
    const from = { authorization, 'cf-connecting-ip': '203.0.113.7' };
    statuses.add((await shop.order({ saleId: SALE_ID, headers: from })).status);
  }
  expect([...statuses]).toEqual([202]);
});

test.each([
  ['the real sale', 'phone', ticket, 401],
  ['another rehearsal', 'rehearsal-other', ticket, 404],
  ['its own once it is over', SALE_ID, tickets.sign(SALE_ID, START_MS), 404],
  ['its own with a changed end', SALE_ID, ticket.replace(`${ENDS_AT_MS}`, '9999999999999'), 404],
])('a ticket does not buy in %s', async (_name, saleId, signed, status) => {
  const shop = openRehearsal();
  expect((await told(shop.order({ saleId, headers: headers(signed) }))).status).toBe(status);
  expect(shop.orders()).toEqual([]);
});

test.each(['payment', 'cancellation'])('a ticket opens no %s', async (what) => {
  const shop = openRehearsal();
  const path = `/api/orders/q83vASNFZ4mrze8BI0VniQ/${what}`;
  expect((await told(shop.fetch(path, { method: 'POST', headers: headers() }))).status).toBe(401);
  expect(shop.seen).toEqual([]);
});
