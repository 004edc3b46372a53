/** What the operator API answers and takes about orders, beyond one order's own view. */
import { z } from 'zod';
import { orderIdSchema } from './ids.ts';
import { operatorOrderSchema } from './operator.ts';
import { orderStateSchema } from './order.ts';
import { operatorPaymentSchema, paymentStateSchema } from './payment.ts';
import { SALE_LIMITS } from './sale.ts';

/** A page of a list: `after` is the last id of the page before. */
export const PAGE_LIMITS = { default: 100, most: 1_000 } as const;

export const ordersQuerySchema = z.object({
  state: orderStateSchema.exclude(['accepting', 'queued', 'entered']).optional(),
  after: orderIdSchema.optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_LIMITS.most).default(PAGE_LIMITS.default),
});
export type OrdersQuery = z.infer<typeof ordersQuerySchema>;

/** Sorted by order id; `next` is absent on the last page. */
export const operatorOrdersSchema = z
  .object({ orders: z.array(operatorOrderSchema), next: orderIdSchema.optional() })
  .meta({ id: 'OperatorOrders' });
export type OperatorOrders = z.infer<typeof operatorOrdersSchema>;

export const paymentsQuerySchema = z.object({
  state: paymentStateSchema.optional(),
  after: z
    .string()
    .regex(/^[\x21-\x7e]{1,40}$/, 'must be the id of a payment')
    .optional(),
  limit: ordersQuerySchema.shape.limit,
});
export type PaymentsQuery = z.infer<typeof paymentsQuerySchema>;

/** Sorted by payment id, and so by order; `next` is absent on the last page. */
export const operatorPaymentsSchema = z
  .object({ payments: z.array(operatorPaymentSchema), next: z.string().optional() })
  .meta({ id: 'OperatorPayments' });
export type OperatorPayments = z.infer<typeof operatorPaymentsSchema>;

/** A command's id is its sender's choice: the same id adds its units once. */
export const topUpSchema = z
  .strictObject({
    topUpId: z
      .string()
      .regex(/^[\x21-\x7e]{1,64}$/, 'must be 1 to 64 printable ASCII characters without spaces'),
    units: z.int().min(1).max(SALE_LIMITS.units),
  })
  .meta({ id: 'TopUp' });

export const cancelOrderSchema = z
  .strictObject({ by: z.enum(['operator', 'risk']).default('operator') })
  .meta({ id: 'CancelOrder' });

/** `restock`: the units go to the head of the waitlist, else back to the stock. */
export const refundOrderSchema = z
  .strictObject({ restock: z.boolean() })
  .meta({ id: 'RefundOrder' });
