/**
 * The one place that reads the environment of the process; everything else is given its values.
 * Secrets that a file holds are in it like all others. Throws a SecretFileError.
 */
import { withSecretFiles } from './secret-files.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export function processEnvironment(): Environment {
  return withSecretFiles(process.env);
}
