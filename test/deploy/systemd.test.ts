/**
 * The units for machines without containers: systemd takes them (where it is installed), a process
 * may drain before it is killed, each secret is handed over as a file, and the origin takes the
 * settings of each environment file.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseConfig, ROLES } from '../../origin/config.ts';
import { SECRET_VARIABLES } from '../../origin/secret-files.ts';
import { findProgram } from '../stack/processes.ts';

const FOLDER = new URL('../../deploy/systemd/', import.meta.url).pathname;
const DRAIN_SECONDS = 25;

const text = (name: string) => readFileSync(join(FOLDER, name), 'utf8');
const unit = text('sluice-origin@.service');
const valuesOf = (name: string) =>
  Array.from(unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm')), ([, value = '']) => value);
const secrets = new Map(
  valuesOf('LoadCredential').map((value) => value.split(':') as [string, string]),
);
const analyzer = await findProgram('systemd-analyze');
if (analyzer === undefined && process.env.CI) throw new Error('systemd-analyze is not installed');

describe.skipIf(analyzer === undefined)('systemd', () => {
  const verify = async (change: (unit: string) => string) => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-units-'));
    // The program that it is to find is the one that runs this.
    const here = unit.replace('/usr/bin/node', process.execPath);
    writeFileSync(join(folder, 'sluice-origin@.service'), change(here));
    writeFileSync(join(folder, 'sluice.target'), text('sluice.target'));
    const files = ['sluice-origin@api.service', 'sluice.target'].map((name) => join(folder, name));
    const checking = promisify(execFile)('systemd-analyze', ['verify', '--man=no', ...files]);
    const said = await checking.then(
      ({ stderr }) => stderr,
      ({ stderr }) => stderr || 'refused',
    );
    rmSync(folder, { recursive: true });
    return said;
  };

  it('takes the units', async () => {
    expect(await verify((given) => given)).toBe('');
    const misspelt = await verify((given) => given.replace('TimeoutStopSec', 'TimeoutStopSecs'));
    expect(misspelt).toContain('TimeoutStopSecs');
  });
});

it('lets a process drain before it is killed', () => {
  const delays = ['api', 'settle', 'singletons'].map((role) =>
    Number(variablesOf(`${role}.env`).SHUTDOWN_DELAY_MS ?? 0),
  );
  const [stopSeconds = ''] = valuesOf('TimeoutStopSec');
  expect(Number(stopSeconds)).toBeGreaterThan(Math.max(...delays) / 1_000 + DRAIN_SECONDS);
  expect(valuesOf('KillSignal')).toEqual(['SIGTERM']);
  expect(valuesOf('Restart')).toEqual(['always']);
});

it('hands each secret over as a file, and no other', () => {
  const files = valuesOf('Environment').filter((value) => value.includes('_FILE='));
  const told = files.map((value) => value.split('=') as [string, string]);
  for (const [name, path] of told) {
    expect(SECRET_VARIABLES).toContain(name.replace(/_FILE$/, ''));
    expect([...secrets.keys()].map((id) => `%d/${id}`)).toContain(path);
  }
  expect(told.map(([, path]) => path.slice('%d/'.length)).sort()).toEqual(
    [...secrets.keys()].sort(),
  );
  const everything = readdirSync(FOLDER).map(text).join('\n');
  for (const name of SECRET_VARIABLES) {
    expect(everything).not.toMatch(new RegExp(`^(Environment=)?${name}=`, 'm'));
  }
});

it.each(['api', 'settle', 'singletons'])('%s starts with its settings', (role) => {
  const given = { ...variablesOf('sluice.env'), ...variablesOf(`${role}.env`) };
  const values: Record<string, string> = {
    NODE_ENV: 'production',
    STOCK_URL: 'rediss://redis:6379',
    BOOK_URL: 'mysql://sluice:password@mysql:3306/sluice',
    LEASE_URL: 'etcd://etcd:2379',
    PASS_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
    OPERATOR_TOKENS: `anna:operator:${'a'.repeat(32)}`,
    STRIPE_SECRET_KEY: 'sk_live_1',
    STRIPE_WEBHOOK_SECRET: 'whsec_1',
  };
  expect(() => parseConfig({ ...values, ...given })).not.toThrow();
  expect(text('sluice.target')).toContain(`sluice-origin@${role}.service`);
});

it('has every role, and a port of its own for each process', () => {
  const files = ['api.env', 'settle.env', 'singletons.env'].map(variablesOf);
  expect(files.flatMap(({ ROLES: roles = '' }) => roles.split(',')).sort()).toEqual(
    [...ROLES].sort(),
  );
  expect(new Set(files.map(({ ORIGIN_PORT: port }) => port)).size).toBe(files.length);
});

function variablesOf(name: string): Record<string, string> {
  const pairs = text(name).matchAll(/^([A-Z_]+)=(.*)$/gm);
  return Object.fromEntries(
    Array.from(pairs, ([, variable = '', value = '']) => [variable, value]),
  );
}
