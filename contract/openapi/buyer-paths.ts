/** The routes of the edge: buyers', what everybody may see, and the events of payment providers. */
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { drawIdentitySchema, drawProofSchema } from '../draw-proof.ts';
import { idempotencyKeySchema } from '../ids.ts';
import { leaderboardSchema, myRankSchema, topSchema } from '../leaderboard.ts';
import { myOrdersSchema, orderViewSchema, placeOrderSchema } from '../order.ts';
import { checkoutSchema, EVENT_HEADERS, providerSchema } from '../payment.ts';
import { saleViewSchema } from '../sale.ts';
import { saleListSchema } from '../sale-list.ts';
import { joinWaitlistSchema, placeSchema } from '../waitlist.ts';
import { humanPaths } from './access-paths.ts';
import {
  BUYER,
  FOREIGN_PAGE,
  INVALID,
  jsonAnswer,
  jsonBody,
  OVERLOADED,
  OWN,
  orderId,
  problemAnswer,
  saleId,
  TOO_LARGE,
  UNAUTHENTICATED,
  UNKNOWN,
  UNKNOWN_ORDER,
  UNKNOWN_SALE,
} from './answers.ts';
import { feedPaths } from './feed-paths.ts';

/** Whatever it is: one that is no code of the sale is `not-invited` where a code is asked for. */
const presaleCode = z.string().optional().meta({ example: 'early-7Q4KXW2M' });

const publicPaths: ZodOpenApiPathsObject = {
  '/api/clock': {
    get: {
      summary: "The server's clock",
      responses: {
        200: jsonAnswer('Now', z.object({ now: z.iso.datetime({ precision: 3 }) })),
      },
    },
  },
  '/api/sales': {
    get: {
      summary: 'The sales that are announced, open or just over',
      description: 'Without those for invited buyers. What can be bought comes first.',
      responses: {
        200: jsonAnswer('The sales', saleListSchema),
        503: OVERLOADED,
      },
    },
  },
  '/api/sales/{saleId}': {
    get: {
      summary: 'A sale',
      requestParams: { path: saleId },
      responses: {
        200: jsonAnswer('The sale', saleViewSchema),
        404: UNKNOWN_SALE,
        503: OVERLOADED,
      },
    },
  },
  '/api/sales/{saleId}/leaderboard': {
    get: {
      summary: 'The first of a sale, and how fast its units went',
      requestParams: { path: saleId, query: z.object({ top: topSchema }) },
      responses: {
        200: jsonAnswer('The leaderboard; buyer ids are masked', leaderboardSchema),
        400: INVALID,
        404: UNKNOWN_SALE,
        503: OVERLOADED,
      },
    },
  },
  '/api/sales/{saleId}/draw': {
    get: {
      summary: 'The proof of the draw of a sale',
      description:
        'From the start: the hash of the seed, and the share steps. From `revealsAt` on: the ' +
        'seed. The key is the seed, or HMAC-SHA-256(seed, beacon) when there is a beacon. The ' +
        'number of a buyer is the first 52 bits of HMAC-SHA-256(key, buyer id), over 2^52; ' +
        'whoever is below the widest share of the steps begun is drawn.',
      requestParams: { path: saleId },
      responses: {
        200: jsonAnswer('The proof', drawProofSchema),
        404: UNKNOWN_SALE,
        503: OVERLOADED,
      },
    },
  },
};

const orderPaths: ZodOpenApiPathsObject = {
  '/api/sales/{saleId}/orders': {
    post: {
      summary: 'Place an order',
      description: 'Safe to repeat with the same Idempotency-Key: it is the same order.',
      security: BUYER,
      requestParams: {
        path: saleId,
        header: z.object({
          'Idempotency-Key': idempotencyKeySchema,
          'Presale-Code': presaleCode,
        }),
      },
      requestBody: jsonBody(placeOrderSchema),
      responses: {
        200: jsonAnswer(
          "The buyer's live order; where orders settle at once, also the new one or its rejection",
          orderViewSchema,
        ),
        202: jsonAnswer(
          'Accepted: `queued` is a promise, `accepting` not yet, `entered` as soon as it settles',
          orderViewSchema,
        ),
        400: INVALID,
        401: UNAUTHENTICATED,
        403: problemAnswer('`not-open`, `not-human`, `not-invited` or `foreign-page`'),
        404: UNKNOWN_SALE,
        409: problemAnswer('`sold-out`'),
        410: problemAnswer('`ended`'),
        413: TOO_LARGE,
        422: problemAnswer('`key-reused`'),
        429: problemAnswer('`not-drawn` or `too-fast`'),
        503: problemAnswer('`recovering` or `overloaded`'),
      },
    },
  },
  '/api/sales/{saleId}/orders/mine': {
    get: {
      summary: "The buyer's order in a sale",
      security: BUYER,
      requestParams: { path: saleId },
      responses: {
        200: jsonAnswer('The live order, else the newest', orderViewSchema),
        404: UNKNOWN,
        ...OWN,
      },
    },
  },
  '/api/orders': {
    get: {
      summary: "The buyer's orders in all sales",
      description: 'The newest 50 that have settled, on whatever device they were placed.',
      security: BUYER,
      responses: { 200: jsonAnswer('The orders, the newest first', myOrdersSchema), ...OWN },
    },
  },
  '/api/orders/{orderId}': {
    get: {
      summary: 'An order, for its buyer only',
      security: BUYER,
      requestParams: { path: orderId },
      responses: { 200: jsonAnswer('The order', orderViewSchema), 404: UNKNOWN, ...OWN },
    },
  },
  '/api/orders/{orderId}/payment': {
    post: {
      summary: 'Start to pay an order',
      description: 'Has no body. Safe to repeat: while a payment is open, it is the same one.',
      security: BUYER,
      requestParams: { path: orderId },
      responses: {
        200: jsonAnswer('Where to go and pay', checkoutSchema),
        400: INVALID,
        403: FOREIGN_PAGE,
        404: UNKNOWN_ORDER,
        409: problemAnswer('`not-payable`'),
        ...OWN,
        503: problemAnswer('`payment-unavailable`, `overloaded` or `recovering`: ask again'),
      },
    },
  },
  '/api/orders/{orderId}/cancellation': {
    post: {
      summary: 'Cancel an order that is not paid',
      description:
        'Has no body. Safe to repeat. A `closedBy` on an order that is still `queued` or ' +
        '`reserved` says that it is being cancelled; a payment that was made first wins.',
      security: BUYER,
      requestParams: { path: orderId },
      responses: {
        200: jsonAnswer('The order', orderViewSchema),
        400: INVALID,
        403: FOREIGN_PAGE,
        404: UNKNOWN_ORDER,
        409: problemAnswer('`not-cancellable`'),
        ...OWN,
      },
    },
  },
};

const NOT_WAITING = problemAnswer('`unknown-sale`, `no-waitlist` or `not-waiting`');
const ENDED = problemAnswer('`ended`');

const laterPaths: ZodOpenApiPathsObject = {
  '/api/sales/{saleId}/waitlist': {
    put: {
      summary: 'Wait for a unit of a sale that is sold out',
      description:
        'Safe to repeat: a buyer has one place. Whoever waits gets an order by themselves when ' +
        'units come back, and has a payment window from then on.',
      security: BUYER,
      requestParams: {
        path: saleId,
        header: z.object({ 'Presale-Code': presaleCode }),
      },
      requestBody: jsonBody(joinWaitlistSchema),
      responses: {
        200: jsonAnswer('The place in line', placeSchema),
        400: INVALID,
        401: UNAUTHENTICATED,
        403: problemAnswer('`not-open`, `not-human`, `not-invited` or `foreign-page`'),
        404: problemAnswer('`unknown-sale` or `no-waitlist`'),
        409: problemAnswer('`not-sold-out`, `waitlist-full` or `has-order`'),
        410: ENDED,
        413: TOO_LARGE,
        429: problemAnswer('`not-drawn` or `too-fast`'),
        503: problemAnswer('`recovering` or `overloaded`'),
      },
    },
    get: {
      summary: 'The place in line',
      security: BUYER,
      requestParams: { path: saleId },
      responses: {
        200: jsonAnswer('The place', placeSchema),
        404: NOT_WAITING,
        410: ENDED,
        ...OWN,
      },
    },
    delete: {
      summary: 'Wait no longer',
      security: BUYER,
      requestParams: { path: saleId },
      responses: {
        204: { description: 'The place is given up' },
        403: FOREIGN_PAGE,
        404: NOT_WAITING,
        ...OWN,
      },
    },
  },
  '/api/sales/{saleId}/draw/mine': {
    get: {
      summary: 'The buyer id that the draw of a sale goes by',
      description: 'The number is for the buyer to compute, once the seed is published.',
      security: BUYER,
      requestParams: { path: saleId },
      responses: {
        200: jsonAnswer('Who is asking', drawIdentitySchema),
        404: UNKNOWN_SALE,
        ...OWN,
      },
    },
  },
  '/api/sales/{saleId}/leaderboard/mine': {
    get: {
      summary: "The buyer's rank in a sale",
      security: BUYER,
      requestParams: { path: saleId },
      responses: { 200: jsonAnswer('The rank', myRankSchema), 404: UNKNOWN, ...OWN },
    },
  },
  '/api/payments/{provider}/events': {
    post: {
      summary: "A payment provider's event",
      description:
        'Signed by the provider over the bytes of its body; each event counts once, in any ' +
        `order. Signatures are read from the headers ${EVENT_HEADERS.join(', ')}.`,
      requestParams: { path: z.object({ provider: providerSchema }) },
      requestBody: jsonBody(z.record(z.string(), z.unknown())),
      responses: {
        200: jsonAnswer('Taken, now or before', z.object({ received: z.literal(true) })),
        400: problemAnswer('`bad-signature`'),
        404: problemAnswer('`unknown-route`: there is no such provider'),
        413: TOO_LARGE,
        429: problemAnswer('`too-fast`: send it again after Retry-After'),
        503: problemAnswer('`overloaded`: send it again'),
      },
    },
  },
};

export const buyerPaths: ZodOpenApiPathsObject = {
  ...publicPaths,
  ...humanPaths,
  ...orderPaths,
  ...laterPaths,
  ...feedPaths,
};
