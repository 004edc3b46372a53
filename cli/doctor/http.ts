/** Calls of the doctor's to the origin and the edge: an answer of either is wanted soon. */
import { parsePrintable } from '../printable.ts';

const PATIENCE_MS = 5_000;

export interface Told {
  status: number;
  body: unknown;
}

/** Rejects when nothing answers. */
export async function ask(url: string, init: RequestInit = {}): Promise<Told> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const response = await fetch(url, { redirect: 'manual', ...init, signal });
  return { status: response.status, body: parsePrintable(await response.text()) };
}
