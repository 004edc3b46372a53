/** What the descriptions of many routes share: answers, parameters, who may ask. */
import { z } from 'zod';
import type { ZodOpenApiResponseObject } from 'zod-openapi';
import { orderIdSchema, saleIdSchema } from '../ids.ts';
import { PROBLEM_CONTENT_TYPE, problemSchema } from '../problem.ts';

export const problemAnswer = (description: string): ZodOpenApiResponseObject => ({
  description,
  content: { [PROBLEM_CONTENT_TYPE]: { schema: problemSchema } },
});

export const jsonAnswer = (description: string, schema: z.ZodType): ZodOpenApiResponseObject => ({
  description,
  content: { 'application/json': { schema } },
});

export const jsonBody = (schema: z.ZodType) => ({
  content: { 'application/json': { schema } },
});

export const saleId = z.object({ saleId: saleIdSchema });
export const orderId = z.object({ orderId: orderIdSchema });

/** Either will do. */
export const BUYER = [{ buyerToken: [] }, { guestCookie: [] }];
export const OPERATOR = [{ operatorToken: [] }];

export const INVALID = problemAnswer('`invalid-request`');
export const UNAUTHENTICATED = problemAnswer('`unauthenticated`');
export const UNKNOWN_TOKEN = problemAnswer('`unknown-token`');
export const NEEDS_OPERATOR = problemAnswer('`needs-operator`: a viewer changes nothing');
export const UNKNOWN_SALE = problemAnswer('`unknown-sale`');
export const UNKNOWN_ORDER = problemAnswer('`unknown-order`');
export const UNKNOWN = problemAnswer('`unknown-sale` or `unknown-order`');
export const FOREIGN_PAGE = problemAnswer('`foreign-page`: of a site that is not listed');
export const CONFLICT = problemAnswer('`conflict`');
export const TOO_LARGE = problemAnswer('`body-too-large`');
export const TOO_FAST = problemAnswer('`too-fast`: ask again after Retry-After');
export const NOT_RECORDED = problemAnswer(
  '`not-recorded` or `overloaded`: ask again after Retry-After',
);
export const OVERLOADED = problemAnswer('`overloaded`: ask again after Retry-After');
const NOT_KNOWN_NOW = problemAnswer('`overloaded` or `recovering`: ask again after Retry-After');

/** What any request of a buyer about what is theirs may come to. */
export const OWN = { 401: UNAUTHENTICATED, 429: TOO_FAST, 503: NOT_KNOWN_NOW };
