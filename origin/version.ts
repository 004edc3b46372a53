/**
 * Which version of Sluice this is: what package.json says, read once. The origin tells it at
 * `/healthz`, so that a command of another version can say so.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const file = new URL('../package.json', import.meta.url);

export const VERSION = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(file, 'utf8'))).version;
