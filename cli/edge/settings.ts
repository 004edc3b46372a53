/**
 * What wrangler.toml says of the Worker, as far as it holds without Cloudflare too: its entry, its
 * pages, its objects and the day its runtime is pinned to. wrangler itself reads the file, so that
 * it means the same in both places; what is in it and not served here is an error by name, never
 * left out in silence.
 */
import { z } from 'zod';
import { StartError } from '../start-error.ts';

const configSchema = z.object({
  name: z.string(),
  main: z.string(),
  compatibility_date: z.string(),
  compatibility_flags: z.array(z.string()).default([]),
  keep_names: z.boolean().default(false),
  assets: z.strictObject({
    directory: z.string(),
    run_worker_first: z.array(
      z.string().regex(/^[^*!]+\*?$/, 'must be a path, or what it begins with and a * at the end'),
    ),
    not_found_handling: z.literal('404-page'),
  }),
  durable_objects: z.object({
    bindings: z.array(z.strictObject({ name: z.string(), class_name: z.string() })),
  }),
  migrations: z.array(z.object({ new_sqlite_classes: z.array(z.string()).default([]) })),
  vars: z.record(z.string(), z.string()),
});

/** What only a deployment to Cloudflare or `wrangler dev` makes use of. */
const DEPLOYMENT_ONLY = [
  'configPath',
  'userConfigPath',
  'topLevelName',
  'definedEnvironments',
  'jsx_factory',
  'jsx_fragment',
  'build',
  'workers_dev',
  'preview_urls',
  'route',
  'routes',
  'limits',
  'placement',
  'minify',
  'upload_source_maps',
  'observability',
  'python_modules',
  'dev',
];

export interface WorkerSettings {
  name: string;
  /** The Worker's entry. */
  main: string;
  compatibilityDate: string;
  compatibilityFlags: string[];
  keepNames: boolean;
  /** Below the folder of wrangler.toml. */
  assetsDirectory: string;
  /** Paths that the Worker answers whatever files there are; a `*` at the end is anything. */
  workerFirst: string[];
  objects: { binding: string; className: string; hasSql: boolean }[];
  /** The variables' values where the environment gives none. */
  variables: Record<string, string>;
}

/** `config` is what wrangler read, all its defaults filled in. */
export function workerSettings(config: Record<string, unknown>): WorkerSettings {
  const known = [...Object.keys(configSchema.shape), ...DEPLOYMENT_ONLY];
  const strange = Object.entries(config).filter(
    ([key, value]) => !known.includes(key) && !isEmpty(value),
  );
  if (strange.length > 0) {
    const names = strange.map(([key]) => key).join(', ');
    throw new StartError(`wrangler.toml: ${names} cannot be served without Cloudflare`);
  }
  const parsed = configSchema.safeParse(config);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${path.join('.')}: ${message}`,
    );
    throw new StartError(`wrangler.toml cannot be served: ${problems.join('; ')}`);
  }
  const { name, main, assets, durable_objects: objects, migrations, vars } = parsed.data;
  const withSql = migrations.flatMap((migration) => migration.new_sqlite_classes);
  return {
    name,
    main,
    compatibilityDate: parsed.data.compatibility_date,
    compatibilityFlags: parsed.data.compatibility_flags,
    keepNames: parsed.data.keep_names,
    assetsDirectory: assets.directory,
    workerFirst: assets.run_worker_first,
    objects: objects.bindings.map(({ name: binding, class_name: className }) => ({
      binding,
      className,
      hasSql: withSql.includes(className),
    })),
    variables: vars,
  };
}

/** wrangler fills in empty lists, and groups of them, for what a file does not have. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return true;
  return typeof value === 'object' && Object.values(value).every(isEmpty);
}
