/**
 * The Worker as one file, made as wrangler makes it, with its pages in it. Kept in node_modules/
 * .cache with a hash of all it was made of, so that only a changed Worker is bundled again: reading
 * wrangler.toml and bundling take seconds, comparing the hashes takes milliseconds.
 *
 * Two starts at once may both bundle and both write the cache; each writes a whole file and moves
 * it to its place, so a reader finds one or the other.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartError } from '../start-error.ts';
import { assetPaths, readAssets } from './assets.ts';
import { type WorkerSettings, workerSettings } from './settings.ts';

/** All paths of a bundle are below this. */
export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const CONFIG = join(PROJECT, 'wrangler.toml');
const CACHE = join(PROJECT, 'node_modules', '.cache', 'sluice', 'edge.json');
/** What makes a bundle, besides what is bundled. */
const MAKERS = ['assets.ts', 'bundle.ts', 'settings.ts'].map((name) =>
  fileURLToPath(new URL(name, import.meta.url)),
);

export interface Bundle {
  settings: WorkerSettings;
  /** One module: the Worker and its objects' classes. */
  code: string;
}

interface KeptBundle extends Bundle {
  /** Hashes of the files it was made of, by path. */
  madeOf: Record<string, string>;
}

/** Throws a StartError with what the bundler has to say. */
export async function bundleWorker(): Promise<Bundle> {
  const kept = readKept();
  if (kept !== undefined && isPresent(kept)) return kept;
  const bundle = await makeBundle();
  keep(bundle);
  return bundle;
}

async function makeBundle(): Promise<KeptBundle> {
  const { esbuild, wrangler } = await loadTools();
  const settings = workerSettings({ ...wrangler.unstable_readConfig({ config: CONFIG }) });
  const directory = join(PROJECT, settings.assetsDirectory);
  const assets = readAssets(directory);
  const built = await esbuild
    .build({
      stdin: { contents: entry(settings, JSON.stringify(assets)), resolveDir: PROJECT },
      absWorkingDir: PROJECT,
      bundle: true,
      write: false,
      metafile: true,
      format: 'esm',
      target: 'es2024',
      conditions: ['workerd', 'worker', 'browser'],
      external: ['cloudflare:*', 'node:*'],
      keepNames: settings.keepNames,
      logLevel: 'silent',
    })
    .catch((error: unknown) => {
      throw new StartError(
        `the edge cannot be bundled: ${error instanceof Error ? error.message : error}`,
      );
    });
  const sources = Object.keys(built.metafile.inputs).filter((path) => path !== '<stdin>');
  const files = assetPaths(directory).map((path) => join(directory, path));
  const all = [CONFIG, wrangler.manifest, ...MAKERS, ...files, ...sources];
  const madeOf = all.map((path) => resolve(PROJECT, path));
  return {
    settings,
    code: built.outputFiles.map(({ text }) => text).join(''),
    madeOf: Object.fromEntries(madeOf.map((path) => [relative(PROJECT, path), hashOf(path)])),
  };
}

/** What stands where Cloudflare has its router and its assets. */
function entry({ main, workerFirst }: WorkerSettings, assets: string): string {
  const front = fileURLToPath(new URL('front.ts', import.meta.url));
  const [worker, router] = [JSON.stringify(main), JSON.stringify(front)];
  const rules = JSON.stringify(workerFirst);
  return `import worker from ${worker};
import { inFrontOf } from ${router};
export * from ${worker};
export default inFrontOf(worker, { workerFirst: ${rules}, assets: ${assets} });
`;
}

/** Loaded only when something has to be made: wrangler alone takes seconds. */
async function loadTools() {
  try {
    const manifest = createRequire(import.meta.url).resolve('wrangler/package.json');
    const ofWrangler = createRequire(manifest);
    const esbuild = ofWrangler('esbuild') as typeof import('esbuild');
    const { unstable_readConfig } = await import('wrangler');
    return { esbuild, wrangler: { manifest, unstable_readConfig } };
  } catch (error) {
    throw new StartError(`wrangler, which reads the edge's settings, ${NOT_THERE}: ${error}`);
  }
}

const NOT_THERE = 'is not installed; run npm ci, without leaving development packages out';

function readKept(): KeptBundle | undefined {
  try {
    return JSON.parse(readFileSync(CACHE, 'utf8'));
  } catch {
    // None yet, or one that is damaged: it is made anew either way.
    return undefined;
  }
}

/** Whether nothing that the bundle was made of has changed, and no page has come. */
function isPresent({ madeOf, settings }: KeptBundle): boolean {
  try {
    const directory = settings.assetsDirectory;
    const pages = assetPaths(join(PROJECT, directory)).map((path) => join(directory, path));
    const isKnown = pages.every((path) => madeOf[path] !== undefined);
    return (
      isKnown &&
      Object.entries(madeOf).every(([path, hash]) => hashOf(join(PROJECT, path)) === hash)
    );
  } catch {
    return false;
  }
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('base64');
}

function keep(bundle: KeptBundle): void {
  const written = `${CACHE}.${process.pid}`;
  try {
    mkdirSync(dirname(CACHE), { recursive: true });
    writeFileSync(written, JSON.stringify(bundle));
    renameSync(written, CACHE);
  } catch {
    // An installation that cannot be written to: the next start bundles again.
  }
}
