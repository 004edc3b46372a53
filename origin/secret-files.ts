/**
 * Secrets from files: for each variable that may hold one, `<NAME>_FILE` names a file whose content
 * (trimmed) is the value, as Docker and Kubernetes hand secrets out. Files are read once, at the
 * start; a changed one needs a restart. No message repeats what a file holds.
 */
import { readFileSync } from 'node:fs';

type Variables = Readonly<Record<string, string | undefined>>;

/** Everything that is a secret or, as an address, may carry a password. */
export const SECRET_VARIABLES = [
  'PASS_KEYS',
  'BUYER_JWT_SECRET',
  'BUYER_JWT_SECRET_OLD',
  'TURNSTILE_SECRET',
  'OPERATOR_TOKEN',
  'OPERATOR_TOKENS',
  'SANDBOX_SECRET',
  'STRIPE_SECRET_KEY',
  'STRIPE_WEBHOOK_SECRET',
  'WEBHOOK_URL',
  'WEBHOOK_SECRET',
  'STOCK_URL',
  'LOG_SASL_PASSWORD',
  'BOOK_URL',
  'LEASE_URL',
  'LEASE_PASSWORD',
  'UPSTASH_REDIS_REST_TOKEN',
  'OTEL_EXPORTER_OTLP_HEADERS',
] as const;

export class SecretFileError extends Error {
  readonly code = 'secret-file';
}

/**
 * The environment with each `<NAME>_FILE` replaced by `<NAME>`, so that a process started with it
 * finds the value and not the file as well. Throws a SecretFileError with a line a variable.
 */
export function withSecretFiles(
  given: Variables,
  read: (path: string) => string = readText,
): Variables {
  const environment: Record<string, string | undefined> = { ...given };
  const problems: string[] = [];
  for (const name of SECRET_VARIABLES) {
    const path = given[`${name}_FILE`];
    delete environment[`${name}_FILE`];
    // An empty variable says that there is none.
    if (path === undefined || path === '') continue;
    const content = (given[name] ?? '') === '' ? contentOf(path, read) : BOTH;
    if ('value' in content) environment[name] = content.value;
    else problems.push(`${name}_FILE: ${content.problem}`);
  }
  if (problems.length > 0) throw new SecretFileError(problems.join('\n'));
  return environment;
}

const BOTH = { problem: 'the variable without _FILE is set as well; one of the two must go' };

function contentOf(
  path: string,
  read: (path: string) => string,
): { value: string } | { problem: string } {
  try {
    const value = read(path).trim();
    return value === '' ? { problem: `${path} is empty` } : { value };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
    return { problem: `${path} cannot be read${code}` };
  }
}

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}
