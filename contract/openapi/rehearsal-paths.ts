/** Rehearsals, for operators. */
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import {
  newRehearsalSchema,
  rehearsalProgressSchema,
  rehearsalSchema,
  rehearsalsSchema,
} from '../rehearsal.ts';
import {
  CONFLICT,
  INVALID,
  jsonAnswer,
  jsonBody,
  OPERATOR,
  saleId,
  TOO_LARGE,
  UNKNOWN_SALE,
} from './answers.ts';

export const rehearsalPaths: ZodOpenApiPathsObject = {
  '/operator/rehearsals': {
    get: {
      summary: 'All rehearsals, also those that are over',
      security: OPERATOR,
      responses: { 200: jsonAnswer('The rehearsals', rehearsalsSchema) },
    },
    post: {
      summary: 'Make a rehearsal: a sale of its own, of the terms of a sale',
      description:
        'Only whoever has its ticket finds it at the edge, and nothing in it can be paid. It is ' +
        'closed as every sale is, and ends by itself. Repeated, it makes another one.',
      security: OPERATOR,
      requestBody: jsonBody(newRehearsalSchema),
      responses: {
        201: jsonAnswer('The rehearsal with its ticket', rehearsalSchema),
        400: INVALID,
        404: UNKNOWN_SALE,
        409: CONFLICT,
        413: TOO_LARGE,
      },
    },
  },
  '/operator/rehearsals/{saleId}': {
    get: {
      summary: 'How far a rehearsal is, and how busy the process that answers',
      security: OPERATOR,
      requestParams: { path: saleId },
      responses: { 200: jsonAnswer('The progress', rehearsalProgressSchema), 404: UNKNOWN_SALE },
    },
  },
};
