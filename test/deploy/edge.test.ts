/**
 * The Worker's environments: `wrangler deploy --dry-run` bundles each of them without an account,
 * and warns of what an environment does not have; the edge takes the variables that it is given,
 * once its secrets are there.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unstable_readConfig as readConfig } from 'wrangler';
import { parseEnvironment } from '../../edge/environment.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const LIMIT = { timeout: 240_000 };
/** The rest of a start: what `wrangler secret put` sets. */
const SECRETS = {
  PASS_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
  BUYER_JWT_SECRET: 'the shop signs its tokens with this key',
};

const settings = (env?: string) =>
  readConfig({ config: join(ROOT, 'wrangler.toml'), ...(env === undefined ? {} : { env }) });

describe.each(['staging', 'production'])('%s', LIMIT, (env) => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-deploy-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  // The other has the same, which the next test holds.
  it.runIf(env === 'production')('is bundled without a warning', async () => {
    const args = ['deploy', '--dry-run', '--env', env, '--outdir', folder];
    const { stdout, stderr } = await promisify(execFile)('node_modules/.bin/wrangler', args, {
      cwd: ROOT,
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false', NO_COLOR: '1' },
    });
    expect(stderr + stdout).not.toContain('WARNING');
    expect(stdout).toContain('TOKEN_BUCKET');
  });

  it('has a name, objects and an origin of its own', () => {
    const [given, own] = [settings(), settings(env)];
    expect(own.name).toBe(`sluice-${env}`);
    expect(own.durable_objects.bindings).toEqual(given.durable_objects.bindings);
    expect(own.migrations).toEqual(given.migrations);
    expect(Object.keys(own.vars).sort()).toEqual(Object.keys(given.vars).sort());
    expect(own.vars.ORIGIN_URL).toMatch(/^https:/);
  });

  it('gives the edge variables that it takes', () => {
    const bindings = settings(env).durable_objects.bindings.map((binding: { name: string }) => [
      binding.name,
      {},
    ]);
    const variables = { ...settings(env).vars, ...SECRETS, ...Object.fromEntries(bindings) };
    expect(() => parseEnvironment(variables)).not.toThrow();
    expect(() => parseEnvironment({ ...variables, FEED_SHARDS: '256' })).toThrow('FEED_SHARDS');
  });
});

it('lets nobody buy without a token in production', () => {
  expect(settings('production').vars.ALLOW_GUESTS).toBe('off');
  expect(settings('production').workers_dev).toBe(false);
});
