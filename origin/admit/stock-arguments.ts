/**
 * What every stock adapter checks before it asks its store. The values were parsed at the border,
 * so a failure here is a broken assumption: it throws, and nothing is sent.
 */
import { buyerIdSchema, orderIdSchema } from '../../contract/ids.ts';
import {
  type FillCall,
  type FreezeCall,
  type HoldCall,
  type LoadCall,
  MAX_FILL,
  MAX_RESERVE_BATCH,
  type ReleaseCall,
  type ReserveCall,
} from './stock.ts';

/** Order ids have one length, which lets a holding be written as the id and then the quantity. */
export const ORDER_ID_LENGTH = 22;
const MAX_BUYER_ID_LENGTH = 64;
const MAX_TOKEN_LENGTH = 64;
/** A holding's quantity has at most nine digits. */
const QUANTITY_LIMIT = 1e9;

export class StockArgumentsError extends Error {
  readonly code = 'stock-arguments';
}

export function checkLoad(call: LoadCall): void {
  check(isCount(call.epoch, 1), 'epoch', call.epoch);
  check(isCount(call.units, 0), 'units', call.units);
  if (call.token !== undefined) checkToken(call.token);
}

export function checkFreeze(call: FreezeCall): void {
  check(isCount(call.epoch, 1), 'epoch', call.epoch);
  checkToken(call.token);
}

/** Runs for every order of a sale: plain comparisons, no schema. */
export function checkFill(call: FillCall): void {
  const { holdings, releasedIds } = call;
  checkFreeze(call);
  check(holdings.length <= MAX_FILL, 'holdings', holdings.length);
  check(releasedIds.length <= MAX_FILL, 'releasedIds', releasedIds.length);
  for (const { buyerId, orderId, quantity } of holdings) {
    checkOrder(orderId, buyerId);
    check(isCount(quantity, 1) && quantity < QUANTITY_LIMIT, 'quantity', quantity);
  }
  for (const orderId of releasedIds) check(orderId.length === ORDER_ID_LENGTH, 'orderId', orderId);
}

/** Runs for every order: plain comparisons, no schema. */
export function checkReserve(call: ReserveCall): void {
  const { epoch, perBuyer, nowMs, requests } = call;
  check(isCount(epoch, 1), 'epoch', epoch);
  check(isCount(perBuyer, 1), 'perBuyer', perBuyer);
  check(isCount(nowMs, 0), 'nowMs', nowMs);
  check(requests.length >= 1 && requests.length <= MAX_RESERVE_BATCH, 'requests', requests.length);
  for (const { orderId, buyerId, quantity } of requests) {
    checkOrder(orderId, buyerId);
    check(isCount(quantity, 1) && quantity <= perBuyer, 'quantity', quantity);
  }
}

export function checkRelease(call: ReleaseCall): void {
  check(isCount(call.epoch, 1), 'epoch', call.epoch);
  check(orderIdSchema.safeParse(call.orderId).success, 'orderId', call.orderId);
  const buyer = call.buyerId === '' || buyerIdSchema.safeParse(call.buyerId).success;
  check(buyer, 'buyerId', call.buyerId);
  check(isCount(call.units, 0), 'units', call.units);
}

export function checkHold(call: HoldCall): void {
  check(isCount(call.epoch, 1), 'epoch', call.epoch);
  check(orderIdSchema.safeParse(call.orderId).success, 'orderId', call.orderId);
  check(buyerIdSchema.safeParse(call.buyerId).success, 'buyerId', call.buyerId);
  check(isCount(call.quantity, 1) && call.quantity < QUANTITY_LIMIT, 'quantity', call.quantity);
}

function checkOrder(orderId: string, buyerId: string): void {
  check(orderId.length === ORDER_ID_LENGTH, 'orderId', orderId);
  check(buyerId !== '' && buyerId.length <= MAX_BUYER_ID_LENGTH, 'buyerId', buyerId);
}

function checkToken(token: string): void {
  check(token !== '' && token.length <= MAX_TOKEN_LENGTH, 'token', token);
}

function isCount(value: number, least: number): boolean {
  return Number.isSafeInteger(value) && value >= least;
}

function check(holds: boolean, name: string, value: unknown): void {
  if (!holds) throw new StockArgumentsError(`${name} is not valid: ${JSON.stringify(value)}`);
}
