/**
 * `sluice edge`: serves the edge from this machine until it is told to end, without Cloudflare. Its
 * variables come from the environment, from the files that `<NAME>_FILE` names, or are what
 * `npm start` keeps in the data folder; a secret is never an argument, which every user of the
 * machine could read.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { type Command, InvalidArgumentError } from 'commander';
import type { Environment } from '../origin/environment.ts';
import { readSecrets } from './secrets.ts';
import { StartError } from './start-error.ts';

interface EdgeFlags {
  port: number;
  host: string;
  dataDir: string;
  watch: boolean;
  json: boolean;
}

export function addEdgeCommand(program: Command, environment: () => Environment): void {
  program
    .command('edge')
    .description('serves the edge from this machine, without Cloudflare (docs/operations.md)')
    .option('--port <port>', 'where it listens (default: PORT, else 8787)', parsePort)
    .option('--host <address>', 'the address it listens at, for example 0.0.0.0', '127.0.0.1')
    .option('--data-dir <folder>', "where its objects' state is kept (default: DATA_DIR, .sluice)")
    .option('--watch', 'serves the code anew when it changes')
    .option('--json', 'prints where it is as one JSON object')
    .action(async (flags: Partial<EdgeFlags> & { host: string }) => {
      const given = environment();
      const dataDir = flags.dataDir ?? given.DATA_DIR ?? '.sluice';
      const port = flags.port ?? portOf(given);
      const { host, watch = false, json = false } = flags;
      await serve({ ...readSecrets(dataDir), ...given }, { host, port, dataDir, watch, json });
    });
}

async function serve(
  environment: Environment,
  { port, host, dataDir, watch, json }: EdgeFlags,
): Promise<void> {
  await ensureCanListen(host, port);
  const url = `http://${nameInUrl(host)}:${port}`;
  const place = { ...environment, DATA_DIR: dataDir, PORT: String(port) };
  // It bundles the Worker: no other command waits until all that is needed for it is loaded.
  const { startEdge } = await import('./edge/start-edge.ts');
  let isEnding = false;
  const edge = await startEdge(place, url, {
    host,
    watch,
    spawned: (child) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.on(signal, () => {
          isEnding = true;
          void child.stop().then(() => process.exit(0));
        });
      }
    },
  }).catch((error: unknown) => {
    // The signal's handler ends the process.
    if (isEnding) return undefined;
    throw error;
  });
  if (edge === undefined) return;
  console.log(json ? JSON.stringify({ url }) : `The edge is at ${url}`);
  const why = await edge.ended;
  if (!isEnding) throw new StartError(why);
}

/** Found here, so that it is one line and not workerd's. */
async function ensureCanListen(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (error) {
    throw new StartError(listenProblem(error as NodeJS.ErrnoException, host, port));
  }
  server.close();
  await once(server, 'close');
}

function listenProblem({ code, message }: NodeJS.ErrnoException, host: string, port: number) {
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} is in use; give another with --port`;
    case 'EACCES':
      return `port ${port} is not for this user; give one above 1023 with --port`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is no address of this machine; give one with --host`;
    default:
      return message;
  }
}

/** Where something that listens at `host` can be asked from here. */
function nameInUrl(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError(NOT_A_PORT);
}

function portOf({ PORT = '8787' }: Environment): number {
  try {
    return parsePort(PORT);
  } catch {
    throw new StartError(`PORT: ${NOT_A_PORT}`);
  }
}

const NOT_A_PORT = 'must be a port number from 1 to 65535';
