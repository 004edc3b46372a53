/**
 * Ids of sales, buyers and orders. An order's id is 16 bytes: 4 that name the sale (so that whoever
 * holds an id finds its sale without a look-up, and a sale's rows lie together in the book), then
 * 12 of HMAC(sale, buyer, Idempotency-Key): a retry is the same order even when every store is
 * lost. Ids are no secrets: each read compares the buyer.
 */
import { z } from 'zod';
import { toBase64Url } from './base64url.ts';
import type { Hashing } from './hashing.ts';

const SALE_TAG_BYTES = 4;
const ORDER_HASH_BYTES = 12;

/** Lower-case words joined by hyphens: safe in a URL, a file name and a Redis hash tag. */
export const saleIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be 1 to 32 of a-z, 0-9 and -, for example "phone-15"')
  .meta({ id: 'SaleId', example: 'phone-15' });

/** Printable ASCII without space: compared byte by byte by every store, whatever its collation. */
export const buyerIdSchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,64}$/, 'must be 1 to 64 printable ASCII characters without spaces')
  .meta({ id: 'BuyerId', example: 'user-4711' });

/** 16 bytes as base64url: 22 characters. */
export const orderIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{22}$/, 'must be 22 characters of base64url')
  .meta({ id: 'OrderId', example: 'q83vASNFZ4mrze8BI0VniQ' });

/**
 * What a client chooses for one click and keeps for its retries
 * (draft-ietf-httpapi-idempotency-key-header).
 */
export const idempotencyKeySchema = z
  .string()
  .regex(/^[\x21-\x7e]{8,64}$/, 'must be 8 to 64 printable ASCII characters without spaces')
  .meta({ id: 'IdempotencyKey', example: '7d4f3a52-1b1c-4a2e-9a57-0f4f1a9ed2c1' });

export type OrderIdMaker = (buyerId: string, idempotencyKey: string) => string;

/** Prepares what all order ids of one sale share. */
export function createOrderIdMaker(hashing: Hashing, saleId: string): OrderIdMaker {
  const tag = hashing.sha256(saleId).subarray(0, SALE_TAG_BYTES);
  const keyed = hashing.keyedHash(new TextEncoder().encode(saleId));
  return (buyerId, idempotencyKey) => {
    const id = new Uint8Array(SALE_TAG_BYTES + ORDER_HASH_BYTES);
    id.set(tag);
    id.set(keyed(`${buyerId}\n${idempotencyKey}`).subarray(0, ORDER_HASH_BYTES), SALE_TAG_BYTES);
    return toBase64Url(id);
  };
}

/**
 * What all order ids of a sale begin with: 5 characters, 30 bits. Two sales whose tags agree cannot
 * both exist; making the second one is refused.
 */
export function saleTagOf(orderId: string): string {
  return orderId.slice(0, 5);
}

export function saleTag(hashing: Hashing, saleId: string): string {
  return toBase64Url(hashing.sha256(saleId).subarray(0, SALE_TAG_BYTES)).slice(0, 5);
}
