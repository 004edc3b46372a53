/**
 * All that workerd needs to serve the edge, on the disk and checked: the bundled Worker, its
 * configuration, the folder of its objects, and the values of its variables. A value that the
 * Worker could not use is found here, before anything is started.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { EDGE_VARIABLES, parseEnvironment } from '../../edge/environment.ts';
import type { Environment } from '../../origin/environment.ts';
import { StartError } from '../start-error.ts';
import { bundleWorker } from './bundle.ts';
import { workerdConfig } from './config.ts';

/** What differs here from Cloudflare: nobody writes CF-Connecting-IP but whoever asks. */
const HERE: Environment = { TRUSTED_ADDRESS_HEADER: 'x-real-ip' };

export interface WorkerdCall {
  command: string;
  args: string[];
  /** What the process is given of the environment: the Worker's variables, and nothing else. */
  env: Record<string, string>;
}

export interface EdgePlace {
  host: string;
  port: number;
  dataDir: string;
}

/** Writes to `<dataDir>/edge`. Throws a StartError. */
export async function prepareEdge(
  environment: Environment,
  { host, port, dataDir }: EdgePlace,
): Promise<WorkerdCall> {
  const command = workerdBinary();
  const { settings, code } = await bundleWorker();
  const env = variablesOf({ ...settings.variables, ...HERE, ...environment });
  const folder = edgeFolder(dataDir);
  const objectsPath = resolve(folder, 'objects');
  mkdirSync(objectsPath, { recursive: true });
  const config = configIn(folder);
  writeFileSync(resolve(folder, 'worker.js'), code);
  writeFileSync(
    config,
    workerdConfig(settings, { host, port, objectsPath, variables: Object.keys(env) }),
  );
  return { command, args: ['serve', config], env };
}

/** What workerd is told to serve, and is known by among processes. */
export function configIn(folder: string): string {
  return resolve(folder, 'config.capnp');
}

/** Where the edge keeps all it has; made if it is not there. */
export function edgeFolder(dataDir: string): string {
  const folder = resolve(dataDir, 'edge');
  try {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o700);
  } catch (error) {
    throw new StartError(`${folder} cannot be used: ${messageOf(error)}`);
  }
  return folder;
}

/** The values that the Worker knows of, each of them good by its own reading. */
function variablesOf(environment: Environment): Record<string, string> {
  const given = EDGE_VARIABLES.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const values = Object.fromEntries(given);
  try {
    parseEnvironment(values);
  } catch (error) {
    throw new StartError(messageOf(error));
  }
  return values;
}

/** The runtime comes with wrangler, as a package for this platform. */
function workerdBinary(): string {
  try {
    const ofProject = createRequire(import.meta.url);
    const ofWrangler = createRequire(ofProject.resolve('wrangler/package.json'));
    return ofWrangler('workerd').default;
  } catch {
    throw new StartError(
      `workerd, which serves the edge, is not installed for ${process.platform} ${process.arch}; ` +
        'run npm ci with its optional and development packages (Linux with glibc, macOS, Windows)',
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
