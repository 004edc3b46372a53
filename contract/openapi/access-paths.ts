/** The routes of who may buy: for guests who show to be people, and for operators. */
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { challengeSchema, humanAnswerSchema } from '../human.ts';
import {
  accessPageSchema,
  accessQuerySchema,
  changeAccessSchema,
  clearAccessSchema,
  saleAccessSchema,
} from '../operator-access.ts';
import {
  CONFLICT,
  INVALID,
  jsonAnswer,
  jsonBody,
  OPERATOR,
  OVERLOADED,
  problemAnswer,
  saleId,
  TOO_FAST,
  TOO_LARGE,
  UNAUTHENTICATED,
  UNKNOWN_SALE,
} from './answers.ts';

const NOTHING = { description: 'This buyer need not show anything' };

export const humanPaths: ZodOpenApiPathsObject = {
  '/api/human': {
    get: {
      summary: 'Whether a guest has to show to be a person before ordering',
      responses: {
        200: jsonAnswer('There is a challenge; the page /human shows it', challengeSchema),
        204: NOTHING,
        401: UNAUTHENTICATED,
        429: TOO_FAST,
        503: OVERLOADED,
      },
    },
    post: {
      summary: 'Show to be a person',
      description: 'An answer of the challenge is good once, and for the guest who sends it.',
      requestBody: jsonBody(humanAnswerSchema),
      responses: {
        204: { description: 'Taken; the cookie that says so comes with it' },
        400: INVALID,
        401: UNAUTHENTICATED,
        403: problemAnswer('`not-human` or `foreign-page`'),
        404: problemAnswer('`unknown-route`: nobody is asked here'),
        413: TOO_LARGE,
        429: TOO_FAST,
        503: OVERLOADED,
      },
    },
  },
};

export const accessPaths: ZodOpenApiPathsObject = {
  '/operator/sales/{saleId}/access': {
    get: {
      summary: 'Who may buy in a sale',
      description: 'Presale codes are kept as hashes only; how many there are is all there is.',
      security: OPERATOR,
      requestParams: { path: saleId, query: accessQuerySchema },
      responses: {
        200: jsonAnswer('The mode, the counts, and a page of buyers', accessPageSchema),
        400: INVALID,
        404: UNKNOWN_SALE,
      },
    },
    post: {
      summary: 'Change who may buy in a sale',
      description:
        'In force at the edge about two seconds later. Safe to repeat: what is listed already, ' +
        'or gone already, stays so. Orders and places in line that exist are not touched.',
      security: OPERATOR,
      requestParams: { path: saleId },
      requestBody: jsonBody(changeAccessSchema),
      responses: {
        200: jsonAnswer('The mode and the counts', saleAccessSchema),
        400: INVALID,
        404: UNKNOWN_SALE,
        409: CONFLICT,
        413: TOO_LARGE,
      },
    },
  },
  '/operator/sales/{saleId}/access/clear': {
    post: {
      summary: 'Take all entries, or all of a kind, off the list of a sale',
      description: 'Without a kind everybody may buy afterwards; with one the mode stays.',
      security: OPERATOR,
      requestParams: { path: saleId },
      requestBody: jsonBody(clearAccessSchema),
      responses: {
        200: jsonAnswer('The mode and the counts', saleAccessSchema),
        400: INVALID,
        404: UNKNOWN_SALE,
      },
    },
  },
};
