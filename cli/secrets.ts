/**
 * The secrets that `npm start` makes up when they are not given, kept in DATA_DIR for the owner
 * only, so that passes, guest cookies and the operator's token stay valid over restarts.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { systemRandom } from '../contract/random.ts';
import type { Environment } from '../origin/environment.ts';

const secretsSchema = z.object({
  PASS_KEYS: z.string(),
  BUYER_JWT_SECRET: z.string(),
  OPERATOR_TOKEN: z.string(),
  SANDBOX_SECRET: z.string(),
});
export type Secrets = z.infer<typeof secretsSchema>;
/** What an earlier version kept may lack what came later. */
const keptSchema = secretsSchema.partial();
type KeptSecrets = z.infer<typeof keptSchema>;

const FILE = 'secrets.json';
export const secretsFile = (dataDir: string) => join(dataDir, FILE);

export class SecretsError extends Error {
  readonly code = 'secrets';
}

/** What the environment gives wins over what is kept; what neither has is made and kept. */
export function ensureSecrets(dataDir: string, environment: Environment): Secrets {
  const kept = readSecrets(dataDir);
  const made = makeSecrets();
  const secrets = eachSecret((name) => kept?.[name] ?? made[name]);
  if (!secretsSchema.safeParse(kept).success) {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(secretsFile(dataDir), `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
    chmodSync(secretsFile(dataDir), 0o600);
  }
  return eachSecret((name) => environment[name] ?? secrets[name]);
}

function eachSecret(choose: (name: keyof Secrets) => string): Secrets {
  return {
    PASS_KEYS: choose('PASS_KEYS'),
    BUYER_JWT_SECRET: choose('BUYER_JWT_SECRET'),
    OPERATOR_TOKEN: choose('OPERATOR_TOKEN'),
    SANDBOX_SECRET: choose('SANDBOX_SECRET'),
  };
}

/** Undefined when nothing was kept yet. Throws when the file cannot be understood. */
export function readSecrets(dataDir: string): KeptSecrets | undefined {
  let text: string;
  try {
    text = readFileSync(secretsFile(dataDir), 'utf8');
  } catch {
    return undefined;
  }
  const parsed = keptSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new SecretsError(`${secretsFile(dataDir)} is damaged; remove it to have new secrets made`);
}

/** Undefined when it is no JSON: a file cut short is as damaged as one with other content. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function makeSecrets(): Secrets {
  const base64 = (bytes: number) => Buffer.from(systemRandom.bytes(bytes)).toString('base64');
  return {
    PASS_KEYS: `k1:${base64(32)}`,
    BUYER_JWT_SECRET: base64(32),
    OPERATOR_TOKEN: Buffer.from(systemRandom.bytes(24)).toString('hex'),
    SANDBOX_SECRET: `whsec_${base64(32)}`,
  };
}
