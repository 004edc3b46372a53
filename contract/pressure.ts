/**
 * How busy the origin is, as it tells the edge with each answer to a passed request: 0 is idle, 1
 * is at its limit (it refuses orders from there on), above is beyond it. A hint and no promise: an
 * answer without one, or with one that cannot be read, says nothing. Browsers never see it.
 */
import { z } from 'zod';

export const PRESSURE_HEADER = 'sluice-pressure';

/** What is told at most; past it the number means nothing more. */
export const MAX_PRESSURE = 99.99;

const pressureSchema = z
  .string()
  .regex(/^\d{1,2}(\.\d{1,2})?$/)
  .transform(Number);

/** With two decimals, `0.00` to `99.99`. */
export function writePressure(pressure: number): string {
  return Math.min(MAX_PRESSURE, Math.max(0, pressure)).toFixed(2);
}

/** Undefined: nothing was said. */
export function readPressure(header: string | null | undefined): number | undefined {
  return header == null ? undefined : pressureSchema.safeParse(header).data;
}
