/**
 * The sandbox's settings, parsed once from the environment; a bad one stops the start with a line
 * that names it.
 */
import { join } from 'node:path';
import { z } from 'zod';
import type { Environment } from '../origin/environment.ts';
import type { SandboxOptions } from './start.ts';

/** A minute more than the pay window of a sale that does not name one: the money is late. */
const DEFAULT_LATE_MS = 360_000;
const MAX_LATE_MS = 86_400_000;

export class SettingsError extends Error {
  readonly code = 'settings';
}

const schema = z.object({
  SANDBOX_HOST: z.string().min(1).default('127.0.0.1'),
  SANDBOX_PORT: z.coerce.number().int().min(0).max(65_535).default(8790),
  SANDBOX_DATA_DIR: z.string().min(1).default('.sluice'),
  SANDBOX_SECRET: z
    .string({ error: 'must be given: whsec_ and the output of: openssl rand -base64 32' })
    .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'must be whsec_ and base64 of 24 bytes or more'),
  SANDBOX_EVENTS_URL: z
    .url({ protocol: /^https?$/ })
    .default('http://127.0.0.1:8787/api/payments/sandbox/events'),
  SANDBOX_LATE_MS: z.coerce.number().int().min(0).max(MAX_LATE_MS).default(DEFAULT_LATE_MS),
});

/** Throws a SettingsError that lists every bad variable. */
export function parseSettings(environment: Environment): SandboxOptions {
  const parsed = schema.safeParse(environment);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new SettingsError(lines.join('\n'));
  }
  const settings = parsed.data;
  return {
    host: settings.SANDBOX_HOST,
    port: settings.SANDBOX_PORT,
    file: join(settings.SANDBOX_DATA_DIR, 'sandbox.db'),
    secret: settings.SANDBOX_SECRET,
    eventsUrl: settings.SANDBOX_EVENTS_URL,
    lateMs: settings.SANDBOX_LATE_MS,
  };
}
