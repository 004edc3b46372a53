/**
 * What the origin and the sandbox, the stand-in for a payment provider, say to each other. Both
 * sides check with these what they are told; sandbox/ imports this one file of the origin's part.
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { orderIdSchema, saleIdSchema } from '../../contract/ids.ts';

/** The longest of our ids is `pay_`, an order's id and an attempt; Stripe's keys end at 255. */
const paymentIdSchema = z.string().regex(/^[\x21-\x7e]{1,64}$/);
const instantMs = z.int().min(0);
/** Minor units; a hundred units at the highest price of a sale. */
const amountSchema = z.int().min(0).max(100_000_000_000_000);
const currencySchema = z.string().regex(/^[A-Z]{3}$/);

/** POST /sessions, with the payment's id as its Idempotency-Key. */
export const openSandboxSessionSchema = z.strictObject({
  paymentId: paymentIdSchema,
  orderId: orderIdSchema,
  saleId: saleIdSchema,
  title: z.string().min(1).max(200),
  quantity: z.int().min(1).max(100),
  amount: amountSchema,
  currency: currencySchema,
  payBeforeMs: instantMs,
  returnUrl: z.url({ protocol: /^https?$/ }).max(2_000),
});
export type OpenSandboxSession = z.infer<typeof openSandboxSessionSchema>;

/** The answer to every request about a session. */
export const sandboxSessionSchema = z.object({
  sessionId: z.string().min(1).max(64),
  paymentId: paymentIdSchema,
  status: z.enum(['open', 'paid', 'failed', 'cancelled']),
  /** The money came after the session had been cancelled. */
  late: z.boolean(),
  /** Money is under way: it will come, whatever becomes of the session. */
  moneyUnderWay: z.boolean(),
  refunded: z.boolean(),
  amount: amountSchema,
  currency: currencySchema,
});
export type SandboxSession = z.infer<typeof sandboxSessionSchema>;

/** POST /sessions/{id}/refund: all of it, or nothing. */
export const sandboxRefundSchema = z.strictObject({
  amount: amountSchema,
  currency: currencySchema,
});

/** POSTed to the shop, signed as Standard Webhooks; the id of the event is in `webhook-id`. */
export const sandboxEventSchema = z.object({
  type: z.enum(['payment.paid', 'payment.failed', 'payment.cancelled', 'payment.refunded']),
  timestamp: z.iso.datetime({ precision: 3 }),
  data: z.object({ paymentId: paymentIdSchema, sessionId: z.string().min(1).max(64) }),
});
export type SandboxEvent = z.infer<typeof sandboxEventSchema>;

/** The Bearer key of the API. The signing secret itself never travels. */
export function sandboxApiKey(secret: string): string {
  return createHmac('sha256', secret).update('sandbox api key').digest('hex');
}
