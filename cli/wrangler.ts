/**
 * How the edge is started on this machine: `wrangler dev` with the repository's wrangler.toml. What
 * the Worker is to know goes through a file that only the owner reads, since arguments are seen by
 * every user of the machine.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../origin/environment.ts';

const EDGE_VARIABLES = [
  'ORIGIN_URL',
  'PASS_KEYS',
  'BUYER_JWT_SECRET',
  'ALLOW_GUESTS',
  'RATE_SHARDS',
];

export interface WranglerCall {
  command: string;
  args: string[];
  cwd: string;
}

/**
 * Needs DATA_DIR and PORT. Writes `<DATA_DIR>/edge.env`; the objects' state is in
 * `<DATA_DIR>/edge`.
 */
export function wranglerDev(environment: Environment): WranglerCall {
  const { DATA_DIR: dataDir = '.sluice', PORT: port = '8787' } = environment;
  const file = resolve(dataDir, 'edge.env');
  const lines = EDGE_VARIABLES.filter((name) => environment[name] !== undefined).map(
    (name) => `${name}="${environment[name]}"\n`,
  );
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(file, lines.join(''), { mode: 0o600 });

  const wrangler = createRequire(import.meta.url).resolve('wrangler/package.json');
  return {
    command: process.execPath,
    args: [
      join(dirname(wrangler), 'bin', 'wrangler.js'),
      'dev',
      ...['--port', port],
      // The inspector would take a fixed port, which a second edge on the machine could not have.
      ...['--inspector-port', '0'],
      ...['--env-file', file],
      ...['--persist-to', resolve(dataDir, 'edge')],
      ...['--log-level', 'error'],
      '--show-interactive-dev-session=false',
    ],
    cwd: fileURLToPath(new URL('..', import.meta.url)),
  };
}
