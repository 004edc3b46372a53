/** What a configuration is refused with. */
import { ConfigError, parseConfig } from '../../origin/config.ts';
import type { Environment } from '../../origin/environment.ts';

/** Throws when it is taken. */
export function refusalOf(environment: Environment): string {
  try {
    parseConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('the configuration was taken');
}
