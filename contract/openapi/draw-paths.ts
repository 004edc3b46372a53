/** What an operator does with the draw of a sale. */
import type { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { drawProofSchema, publishBeaconSchema, widenShareSchema } from '../draw-proof.ts';
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

const changeDraw = (summary: string, description: string, body: z.ZodType) => ({
  post: {
    summary,
    description,
    security: OPERATOR,
    requestParams: { path: saleId },
    requestBody: jsonBody(body),
    responses: {
      200: jsonAnswer('The proof, changed now or before', drawProofSchema),
      400: INVALID,
      404: UNKNOWN_SALE,
      409: CONFLICT,
      413: TOO_LARGE,
    },
  },
});

export const drawPaths: ZodOpenApiPathsObject = {
  '/operator/sales/{saleId}/draw': {
    get: {
      summary: 'The proof of the draw of a sale, as everybody sees it',
      security: OPERATOR,
      requestParams: { path: saleId },
      responses: { 200: jsonAnswer('The proof', drawProofSchema), 404: UNKNOWN_SALE },
    },
  },
  '/operator/sales/{saleId}/draw/share': changeDraw(
    'Widen the share of a sale, also while it runs',
    'A step begins some seconds after it is stored, so that every place that draws knows it by ' +
      'then. Safe to repeat. `conflict`: it would narrow the share, or begin after the end.',
    widenShareSchema,
  ),
  '/operator/sales/{saleId}/draw/beacon': changeDraw(
    'Publish the beacon that is mixed into the seed of a sale',
    'Once, 65 seconds before the opening at the latest. Safe to repeat with the same text.',
    publishBeaconSchema,
  ),
};
