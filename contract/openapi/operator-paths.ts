/** The operator's routes, at the origin only. */
import { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';
import {
  deliveriesQuerySchema,
  deliveriesSchema,
  replayDeliveriesSchema,
  replayedSchema,
} from '../deliveries.ts';
import { auditSchema, operatorOrderSchema, operatorSaleSchema } from '../operator.ts';
import { changesQuerySchema, operatorChangesSchema } from '../operator-changes.ts';
import {
  cancelOrderSchema,
  operatorOrdersSchema,
  operatorPaymentsSchema,
  ordersQuerySchema,
  paymentsQuerySchema,
  refundOrderSchema,
  topUpSchema,
} from '../operator-orders.ts';
import { operatorWaitlistSchema, waitlistQuerySchema } from '../operator-waitlist.ts';
import { newSaleSchema } from '../sale.ts';
import { accessPaths } from './access-paths.ts';
import {
  CONFLICT,
  INVALID,
  jsonAnswer,
  jsonBody,
  NEEDS_OPERATOR,
  NOT_RECORDED,
  OPERATOR,
  OVERLOADED,
  orderId,
  problemAnswer,
  saleId,
  TOO_FAST,
  TOO_LARGE,
  UNKNOWN_ORDER,
  UNKNOWN_SALE,
  UNKNOWN_TOKEN,
} from './answers.ts';
import { consolePaths, editSalePath } from './console-paths.ts';
import { deadLetterPaths } from './dead-letter-paths.ts';
import { drawPaths } from './draw-paths.ts';
import { rehearsalPaths } from './rehearsal-paths.ts';

const changeSale = (summary: string) => ({
  post: {
    summary,
    security: OPERATOR,
    requestParams: { path: saleId },
    responses: {
      200: jsonAnswer('The sale', operatorSaleSchema),
      404: UNKNOWN_SALE,
      409: CONFLICT,
    },
  },
});

const salePaths: ZodOpenApiPathsObject = {
  '/operator/sales': {
    get: {
      summary: 'All sales',
      security: OPERATOR,
      responses: {
        200: jsonAnswer('The sales', z.object({ sales: z.array(operatorSaleSchema) })),
      },
    },
    post: {
      summary: 'Make a sale',
      security: OPERATOR,
      requestBody: jsonBody(newSaleSchema),
      responses: {
        201: jsonAnswer('The sale, its stock loaded', operatorSaleSchema),
        400: INVALID,
        409: CONFLICT,
        413: TOO_LARGE,
      },
    },
  },
  '/operator/sales/{saleId}': {
    get: {
      summary: 'A sale',
      security: OPERATOR,
      requestParams: { path: saleId },
      responses: {
        200: jsonAnswer('The sale', operatorSaleSchema),
        404: UNKNOWN_SALE,
      },
    },
    ...editSalePath,
  },
  '/operator/sales/{saleId}/open': changeSale('Open a sale now, or go on after a pause'),
  '/operator/sales/{saleId}/pause': changeSale('Pause a sale'),
  '/operator/sales/{saleId}/close': changeSale('End a sale now'),
  '/operator/sales/{saleId}/recover': changeSale('Make the stock of a sale anew from the book'),
  '/operator/sales/{saleId}/top-up': {
    post: {
      summary: 'Add units to a sale',
      description:
        'The same `topUpId` adds its units once, however often it is sent. The head of the ' +
        'waitlist is served first.',
      security: OPERATOR,
      requestParams: { path: saleId },
      requestBody: jsonBody(topUpSchema),
      responses: {
        200: jsonAnswer('The sale with its units, added now or before', operatorSaleSchema),
        400: INVALID,
        404: UNKNOWN_SALE,
        409: problemAnswer('`conflict`: the id was used for another number of units'),
        413: TOO_LARGE,
      },
    },
  },
  '/operator/sales/{saleId}/audit': {
    get: {
      summary: 'The ledger of a sale, proved from the book',
      security: OPERATOR,
      requestParams: { path: saleId },
      responses: {
        200: jsonAnswer('The audit', auditSchema),
        404: UNKNOWN_SALE,
        503: problemAnswer('`recovering` or `overloaded`: ask again after Retry-After'),
      },
    },
  },
};

const page = (summary: string, query: z.ZodObject, schema: z.ZodType) => ({
  get: {
    summary,
    description: 'A page; `next` is what to give as `after` for the page that follows.',
    security: OPERATOR,
    requestParams: { path: saleId, query },
    responses: {
      200: jsonAnswer('The page', schema),
      400: INVALID,
      404: UNKNOWN_SALE,
    },
  },
});

const orderPaths: ZodOpenApiPathsObject = {
  '/operator/sales/{saleId}/orders': page(
    'The orders of a sale that settled',
    ordersQuerySchema,
    operatorOrdersSchema,
  ),
  '/operator/sales/{saleId}/payments': page(
    'The payments of a sale',
    paymentsQuerySchema,
    operatorPaymentsSchema,
  ),
  '/operator/sales/{saleId}/waitlist': page(
    'The line of a sale, in the order of joining',
    waitlistQuerySchema,
    operatorWaitlistSchema,
  ),
  '/operator/orders/{orderId}': {
    get: {
      summary: 'An order that was settled',
      security: OPERATOR,
      requestParams: { path: orderId },
      responses: {
        200: jsonAnswer('The order', operatorOrderSchema),
        404: UNKNOWN_ORDER,
      },
    },
  },
  '/operator/orders/{orderId}/cancellation': {
    post: {
      summary: 'Cancel an order that is not paid',
      description:
        'A `closedBy` on an order that is still `reserved` says that it is being cancelled: the ' +
        'payment provider is asked first, and a payment that was made first wins.',
      security: OPERATOR,
      requestParams: { path: orderId },
      requestBody: jsonBody(cancelOrderSchema),
      responses: {
        200: jsonAnswer('The order', operatorOrderSchema),
        400: INVALID,
        404: UNKNOWN_ORDER,
        409: problemAnswer('`not-cancellable`'),
        413: TOO_LARGE,
      },
    },
  },
  '/operator/orders/{orderId}/refund': {
    post: {
      summary: 'Refund a paid order, with or without putting its units back on sale',
      description:
        'Safe to repeat. With the other `restock` it is a conflict: its units went one way.',
      security: OPERATOR,
      requestParams: { path: orderId },
      requestBody: jsonBody(refundOrderSchema),
      responses: {
        200: jsonAnswer('The order, refunded now or before', operatorOrderSchema),
        400: INVALID,
        404: UNKNOWN_ORDER,
        409: CONFLICT,
        413: TOO_LARGE,
      },
    },
  },
};

const deliveryPaths: ZodOpenApiPathsObject = {
  '/operator/deliveries': {
    get: {
      summary: 'The notices to the shop, such as those that were given up',
      description: 'A page; `next` is what to give as `after` for the page that follows.',
      security: OPERATOR,
      requestParams: { query: deliveriesQuerySchema },
      responses: {
        200: jsonAnswer('The page', deliveriesSchema),
        400: INVALID,
      },
    },
  },
  '/operator/deliveries/replay': {
    post: {
      summary: 'Try notices again that were given up',
      security: OPERATOR,
      requestBody: jsonBody(replayDeliveriesSchema),
      responses: {
        200: jsonAnswer('How many are tried again', replayedSchema),
        400: INVALID,
        413: TOO_LARGE,
      },
    },
  },
};

const changePaths: ZodOpenApiPathsObject = {
  '/operator/changes': {
    get: {
      summary: 'What operators changed, or tried to, the newest first',
      description: 'A page; `next` is what to give as `after` for the page that follows.',
      security: OPERATOR,
      requestParams: { query: changesQuerySchema },
      responses: { 200: jsonAnswer('The page', operatorChangesSchema), 400: INVALID },
    },
  },
};

const LOOK = { 401: UNKNOWN_TOKEN, 429: TOO_FAST, 503: OVERLOADED };
const CHANGE = { ...LOOK, 403: NEEDS_OPERATOR, 413: TOO_LARGE, 503: NOT_RECORDED };

/** Adds what the door before all of them answers; what a route says by itself stands. */
function behindTheDoor(paths: ZodOpenApiPathsObject): ZodOpenApiPathsObject {
  const withDoor = (method: string, operation: ZodOpenApiOperationObject) => {
    const ofTheDoor = method === 'get' ? LOOK : CHANGE;
    return { ...operation, responses: { ...ofTheDoor, ...operation.responses } };
  };
  const entries = Object.entries(paths).map(([path, item]) => {
    const operations = Object.entries(item as Record<string, ZodOpenApiOperationObject>);
    const behind = operations.map(([method, each]) => [method, withDoor(method, each)]);
    return [path, Object.fromEntries(behind)];
  });
  return Object.fromEntries(entries);
}

export const operatorPaths: ZodOpenApiPathsObject = behindTheDoor({
  ...salePaths,
  ...orderPaths,
  ...deliveryPaths,
  ...deadLetterPaths,
  ...drawPaths,
  ...accessPaths,
  ...changePaths,
  ...consolePaths,
  ...rehearsalPaths,
});
