/** A payment as its buyer and its operator see it. */
import { z } from 'zod';
import { buyerIdSchema, orderIdSchema, saleIdSchema } from './ids.ts';

export const PROVIDERS = ['sandbox', 'stripe'] as const;
export const providerSchema = z.enum(PROVIDERS);
export type ProviderName = z.infer<typeof providerSchema>;

/** An event of a provider may be larger than a buyer's request: Stripe's carry the whole object. */
export const MAX_EVENT_BYTES = 256 * 1024;

/** The headers that carry the providers' signatures; the edge passes them on. */
export const EVENT_HEADERS = [
  'stripe-signature',
  'webhook-id',
  'webhook-timestamp',
  'webhook-signature',
] as const;

export const paymentStateSchema = z
  .enum(['opening', 'open', 'cancelling', 'paid', 'failed', 'cancelled', 'refunding', 'refunded'])
  .meta({ id: 'PaymentState' });
export type PaymentState = z.infer<typeof paymentStateSchema>;

/** `late`: the order was closed; `twice`: it was paid already; `provider`: refunded over there. */
export const refundReasonSchema = z.enum(['late', 'twice', 'operator', 'provider']);
export type RefundReason = z.infer<typeof refundReasonSchema>;

/** What the buyer's browser needs to go and pay. */
export const checkoutSchema = z
  .object({
    paymentId: z.string(),
    /** The provider's page. */
    url: z.string(),
    payBefore: z.iso.datetime({ precision: 3 }),
  })
  .meta({ id: 'Checkout' });
export type Checkout = z.infer<typeof checkoutSchema>;

export const operatorPaymentSchema = z
  .object({
    paymentId: z.string(),
    orderId: orderIdSchema,
    saleId: saleIdSchema,
    buyerId: buyerIdSchema,
    provider: providerSchema,
    state: paymentStateSchema,
    refundReason: refundReasonSchema.optional(),
    /** Minor units of `currency`. */
    amount: z.int().min(0),
    currency: z.string(),
    sessionId: z.string().optional(),
    openedAt: z.iso.datetime({ precision: 3 }),
    changedAt: z.iso.datetime({ precision: 3 }),
  })
  .meta({ id: 'OperatorPayment' });
export type OperatorPayment = z.infer<typeof operatorPaymentSchema>;
