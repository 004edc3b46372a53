/** The routes of the dead letters, for operators. */
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import {
  deadLetterIdSchema,
  deadLetterResultSchema,
  deadLettersQuerySchema,
  deadLettersSchema,
  wholeDeadLetterSchema,
} from '../operator-dead-letters.ts';
import { INVALID, jsonAnswer, OPERATOR, problemAnswer } from './answers.ts';

const letterId = z.object({ letterId: deadLetterIdSchema });
const UNKNOWN_LETTER = problemAnswer('`unknown-letter`');

const command = (summary: string, description: string, conflicts: string) => ({
  post: {
    summary,
    description,
    security: OPERATOR,
    requestParams: { path: letterId },
    responses: {
      200: jsonAnswer('The letter, and what became of its orders', deadLetterResultSchema),
      404: UNKNOWN_LETTER,
      409: problemAnswer(conflicts),
    },
  },
});

export const deadLetterPaths: ZodOpenApiPathsObject = {
  '/operator/dead-letters': {
    get: {
      summary: 'The records of the log that could not be settled, the oldest first',
      description: 'A page; `next` is what to give as `after` for the page that follows.',
      security: OPERATOR,
      requestParams: { query: deadLettersQuerySchema },
      responses: { 200: jsonAnswer('The page', deadLettersSchema), 400: INVALID },
    },
  },
  '/operator/dead-letters/{letterId}': {
    get: {
      summary: 'A dead letter with its record',
      security: OPERATOR,
      requestParams: { path: letterId },
      responses: {
        200: jsonAnswer('The letter', wholeDeadLetterSchema),
        404: UNKNOWN_LETTER,
      },
    },
  },
  '/operator/dead-letters/{letterId}/replay': command(
    'Settle a dead letter again',
    'Safe to repeat: its orders count once. Of a record of many orders, each one that the book ' +
      'still refuses gets a letter of its own.',
    '`still-refused` or `unreadable-letter`: it stays pending; `letter-closed`: it was discarded',
  ),
  '/operator/dead-letters/{letterId}/discard': command(
    'Give a dead letter up',
    'Its orders become `rejected` with the reason `poison`, and their units go back. An order ' +
      'that the book does not even take as that gets no row. Safe to repeat.',
    '`letter-closed`: it was replayed, or its order is in the book by another way',
  ),
};
