/**
 * One JSON line an event, as the origin writes them. Only what an operator should act on is logged.
 */
export function logError(event: string, details: Record<string, unknown>): void {
  console.error(JSON.stringify({ level: 'error', event, ...details }));
}

/** What an unknown thrown value says, without its stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
