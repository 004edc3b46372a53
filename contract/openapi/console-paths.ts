/** What the operator's console asks beyond the rest of the operator's routes. */
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import {
  editSaleSchema,
  foundOrdersSchema,
  liveFrameSchema,
  operatorMeSchema,
  orderHistorySchema,
  orderSearchSchema,
  preheatRequestSchema,
  preheatSchema,
} from '../console.ts';
import { operatorSaleSchema } from '../operator.ts';
import {
  INVALID,
  jsonAnswer,
  jsonBody,
  OPERATOR,
  OVERLOADED,
  orderId,
  problemAnswer,
  saleId,
  TOO_LARGE,
  UNKNOWN_ORDER,
  UNKNOWN_SALE,
} from './answers.ts';

/** Added to what there is at the path of one sale. */
export const editSalePath = {
  patch: {
    summary: 'Change the terms of a sale that has not opened',
    description:
      'What is left out stays. Nothing is changed in the last five seconds before the opening, ' +
      'nor when `version` is another one by now.',
    security: OPERATOR,
    requestParams: { path: saleId },
    requestBody: jsonBody(editSaleSchema),
    responses: {
      200: jsonAnswer('The sale as it is now', operatorSaleSchema),
      400: INVALID,
      404: UNKNOWN_SALE,
      409: problemAnswer('`conflict`: it has opened, or somebody changed it meanwhile'),
      413: TOO_LARGE,
    },
  },
};

export const consolePaths: ZodOpenApiPathsObject = {
  '/operator/me': {
    get: {
      summary: 'Whose token this is',
      security: OPERATOR,
      responses: { 200: jsonAnswer('Its name and role', operatorMeSchema) },
    },
  },
  '/operator/sales/{saleId}/live': {
    get: {
      summary: 'The numbers of a sale, once a second, as server-sent events',
      description:
        'Events `frame` (its data is the schema below), `ping`, and `end` before the stream ends ' +
        'because the process stops. A process has at most 20 streams.',
      security: OPERATOR,
      requestParams: { path: saleId },
      responses: {
        200: {
          description: 'The stream; the schema is that of a frame’s data',
          content: { 'text/event-stream': { schema: liveFrameSchema } },
        },
        404: UNKNOWN_SALE,
        503: OVERLOADED,
      },
    },
  },
  '/operator/sales/{saleId}/preheat': {
    post: {
      summary: 'Load what a sale needs, and check what would go wrong at its opening',
      description: 'Safe to repeat. A check that is `null` does not apply, or cannot be judged.',
      security: OPERATOR,
      requestParams: { path: saleId },
      requestBody: jsonBody(preheatRequestSchema),
      responses: {
        200: jsonAnswer('The checklist', preheatSchema),
        400: INVALID,
        404: UNKNOWN_SALE,
        413: TOO_LARGE,
      },
    },
  },
  '/operator/orders': {
    get: {
      summary: 'Orders by their id or their buyer, the newest first',
      security: OPERATOR,
      requestParams: { query: z.object(orderSearchSchema.shape) },
      responses: { 200: jsonAnswer('At most 100', foundOrdersSchema), 400: INVALID },
    },
  },
  '/operator/orders/{orderId}/history': {
    get: {
      summary: 'What happened to an order, the oldest first',
      security: OPERATOR,
      requestParams: { path: orderId },
      responses: { 200: jsonAnswer('Its history', orderHistorySchema), 404: UNKNOWN_ORDER },
    },
  },
};
