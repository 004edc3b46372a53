/** Turns what zod says of a bad value into the field errors of an `invalid-request`. */
import type { z } from 'zod';
import type { FieldError, Refusal } from './outcomes.ts';

export function invalidRequest(where: string, error: z.ZodError): Refusal {
  return { kind: 'invalid-request', errors: fieldErrors(where, error) };
}

export function fieldErrors(where: string, error: z.ZodError): FieldError[] {
  return error.issues.map((issue) => ({
    field: [where, ...issue.path.map(String)].join('.'),
    message: issue.message,
  }));
}
