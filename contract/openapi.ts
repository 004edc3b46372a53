/**
 * The OpenAPI 3.1 document of the public and the operator API, made from the zod schemas, so that
 * it cannot say anything else than what is checked. A test compares its routes with those that
 * answer.
 */
import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi';
import { idempotencyKeySchema, orderIdSchema, saleIdSchema } from './ids.ts';
import { auditSchema, operatorOrderSchema, operatorSaleSchema } from './operator.ts';
import { orderViewSchema, placeOrderSchema } from './order.ts';
import { PROBLEM_CONTENT_TYPE, problemSchema } from './problem.ts';
import { newSaleSchema, saleViewSchema } from './sale.ts';

const problemAnswer = (description: string): ZodOpenApiResponseObject => ({
  description,
  content: { [PROBLEM_CONTENT_TYPE]: { schema: problemSchema } },
});
const jsonAnswer = (description: string, schema: z.ZodType): ZodOpenApiResponseObject => ({
  description,
  content: { 'application/json': { schema } },
});

const UNAUTHENTICATED = problemAnswer('`unauthenticated`');
const NOT_FOUND = problemAnswer('`unknown-sale` or `unknown-order`');
const TOO_FAST = problemAnswer('`too-fast`: ask again after Retry-After');
const OVERLOADED = problemAnswer('`overloaded`: ask again after Retry-After');
const saleId = z.object({ saleId: saleIdSchema });
const orderId = z.object({ orderId: orderIdSchema });
const buyer = [{ buyerToken: [] }, { guestCookie: [] }];
const operator = [{ operatorToken: [] }];

const buyerPaths: ZodOpenApiPathsObject = {
  '/api/clock': {
    get: {
      summary: "The server's clock",
      responses: {
        200: jsonAnswer('Now', z.object({ now: z.iso.datetime({ precision: 3 }) })),
      },
    },
  },
  '/api/sales/{saleId}': {
    get: {
      summary: 'A sale',
      requestParams: { path: saleId },
      responses: {
        200: jsonAnswer('The sale', saleViewSchema),
        404: problemAnswer('`unknown-sale`'),
        503: OVERLOADED,
      },
    },
  },
  '/api/sales/{saleId}/orders': {
    post: {
      summary: 'Place an order',
      description: 'Safe to repeat with the same Idempotency-Key: it is the same order.',
      security: buyer,
      requestParams: {
        path: saleId,
        header: z.object({ 'Idempotency-Key': idempotencyKeySchema }),
      },
      requestBody: { content: { 'application/json': { schema: placeOrderSchema } } },
      responses: {
        200: jsonAnswer("The buyer's live order", orderViewSchema),
        202: jsonAnswer('Accepted: `queued` is a promise, `accepting` not yet', orderViewSchema),
        400: problemAnswer('`invalid-request`'),
        401: UNAUTHENTICATED,
        403: problemAnswer('`not-open`'),
        404: problemAnswer('`unknown-sale`'),
        409: problemAnswer('`sold-out`'),
        410: problemAnswer('`ended`'),
        413: problemAnswer('`body-too-large`'),
        422: problemAnswer('`key-reused`'),
        429: problemAnswer('`not-drawn` or `too-fast`'),
        503: problemAnswer('`recovering` or `overloaded`'),
      },
    },
  },
  '/api/sales/{saleId}/orders/mine': {
    get: {
      summary: "The buyer's order in a sale",
      security: buyer,
      requestParams: { path: saleId },
      responses: {
        200: jsonAnswer('The live order, else the newest', orderViewSchema),
        401: UNAUTHENTICATED,
        404: NOT_FOUND,
        429: TOO_FAST,
        503: OVERLOADED,
      },
    },
  },
  '/api/orders/{orderId}': {
    get: {
      summary: 'An order, for its buyer only',
      security: buyer,
      requestParams: { path: orderId },
      responses: {
        200: jsonAnswer('The order', orderViewSchema),
        401: UNAUTHENTICATED,
        404: NOT_FOUND,
        429: TOO_FAST,
        503: OVERLOADED,
      },
    },
  },
};

const FORBIDDEN = problemAnswer('`forbidden`');
const CONFLICT = problemAnswer('`conflict`');

const changeSale = (summary: string) => ({
  post: {
    summary,
    security: operator,
    requestParams: { path: saleId },
    responses: {
      200: jsonAnswer('The sale', operatorSaleSchema),
      403: FORBIDDEN,
      404: NOT_FOUND,
      409: CONFLICT,
    },
  },
});

const operatorPaths: ZodOpenApiPathsObject = {
  '/operator/sales': {
    get: {
      summary: 'All sales',
      security: operator,
      responses: {
        200: jsonAnswer('The sales', z.object({ sales: z.array(operatorSaleSchema) })),
        403: FORBIDDEN,
      },
    },
    post: {
      summary: 'Make a sale',
      security: operator,
      requestBody: { content: { 'application/json': { schema: newSaleSchema } } },
      responses: {
        201: jsonAnswer('The sale, its stock loaded', operatorSaleSchema),
        400: problemAnswer('`invalid-request`'),
        403: FORBIDDEN,
        409: CONFLICT,
        413: problemAnswer('`body-too-large`'),
      },
    },
  },
  '/operator/sales/{saleId}': {
    get: {
      summary: 'A sale',
      security: operator,
      requestParams: { path: saleId },
      responses: {
        200: jsonAnswer('The sale', operatorSaleSchema),
        403: FORBIDDEN,
        404: NOT_FOUND,
      },
    },
  },
  '/operator/sales/{saleId}/open': changeSale('Open a sale now, or go on after a pause'),
  '/operator/sales/{saleId}/pause': changeSale('Pause a sale'),
  '/operator/sales/{saleId}/close': changeSale('End a sale now'),
  '/operator/sales/{saleId}/audit': {
    get: {
      summary: 'The ledger of a sale, proved from the book',
      security: operator,
      requestParams: { path: saleId },
      responses: { 200: jsonAnswer('The audit', auditSchema), 403: FORBIDDEN, 404: NOT_FOUND },
    },
  },
  '/operator/orders/{orderId}': {
    get: {
      summary: 'An order that was settled',
      security: operator,
      requestParams: { path: orderId },
      responses: {
        200: jsonAnswer('The order', operatorOrderSchema),
        403: FORBIDDEN,
        404: NOT_FOUND,
      },
    },
  },
};

export function openApiDocument() {
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Sluice',
      version: '1',
      description:
        'Buyers call the edge; operators call the origin. Errors are problem+json (RFC 9457).',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths: { ...buyerPaths, ...operatorPaths },
    components: {
      securitySchemes: {
        buyerToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        guestCookie: { type: 'apiKey', in: 'cookie', name: 'sluice_guest' },
        operatorToken: { type: 'http', scheme: 'bearer' },
      },
    },
  });
}
