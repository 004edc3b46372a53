/** The result feed, as far as OpenAPI can say it: a WebSocket is none of its own. */
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import {
  FEED_PING,
  FEED_PONG,
  FEED_PROTOCOL,
  FEED_TOKEN_PREFIX,
  feedOrderSchema,
} from '../feed.ts';
import {
  BUYER,
  FOREIGN_PAGE,
  jsonAnswer,
  OWN,
  problemAnswer,
  saleId,
  UNKNOWN_SALE,
} from './answers.ts';

export const feedPaths: ZodOpenApiPathsObject = {
  '/api/sales/{saleId}/feed': {
    get: {
      summary: "What becomes of the buyer's orders in a sale, pushed",
      description:
        'A WebSocket (`Upgrade: websocket`, answered with 101); each text message is an order as ' +
        'described here. Best effort: `GET /api/orders/{orderId}` is the truth. Offer the ' +
        `protocol \`${FEED_PROTOCOL}\`; a browser adds the buyer's token as a second one, ` +
        `\`${FEED_TOKEN_PREFIX}<token>\`. Send \`${FEED_PING}\` every 30 s (\`${FEED_PONG}\` ` +
        'comes back) and nothing else. Closed with 4000: connect again; with 4001: newer ' +
        'connections of the same buyer took its place.',
      security: BUYER,
      requestParams: { path: saleId },
      responses: {
        200: jsonAnswer('A message, once it is open', feedOrderSchema),
        403: FOREIGN_PAGE,
        404: UNKNOWN_SALE,
        426: problemAnswer('`upgrade-required`: this is a WebSocket'),
        ...OWN,
      },
    },
  },
};
