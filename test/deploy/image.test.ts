/**
 * deploy/Dockerfile without Docker: its COPY and RUN steps are done in a folder (instead of
 * installing packages it links to those that are installed here), its CMD is started there with its
 * ENV by a Node that may write nowhere but /data, and its HEALTHCHECK is asked. What this cannot
 * show is the images that it starts from.
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../flow/shop.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
/** `npm ci` itself is what this checkout was installed with; to do it again takes half a minute. */
const INSTALL = 'npm ci --omit=dev --ignore-scripts';
const START_LIMIT_MS = 120_000;

interface Step {
  name: string;
  text: string;
}

const steps = stepsOf(readFileSync(join(ROOT, 'deploy/Dockerfile'), 'utf8'));
const last = steps.slice(steps.findLastIndex(({ name }) => name === 'FROM'));
const textOf = (name: string) => last.find((step) => step.name === name)?.text ?? '';
let folder: string;

describe('the image', () => {
  let app: string;
  let port: number;
  let environment: Record<string, string>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-image-'));
    app = join(build(), 'app');
    port = await freePort();
    const own = Object.fromEntries(
      textOf('ENV')
        .split(' ')
        .map((pair) => pair.split('=')),
    );
    environment = {
      ...own,
      DATA_DIR: join(app, '..', own.DATA_DIR),
      ORIGIN_HOST: '127.0.0.1',
      ORIGIN_PORT: String(port),
      PAYMENT_PROVIDER: 'stripe',
      STRIPE_SECRET_KEY: 'sk_test_1',
      STRIPE_WEBHOOK_SECRET: 'whsec_1',
      PASS_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
      OPERATOR_TOKEN: 'a'.repeat(32),
      LOG_LEVEL: 'warn',
      NODE_PRESERVE_SYMLINKS: '1',
    };
  }, START_LIMIT_MS);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('runs an origin that writes to /data only, is healthy, and drains', async () => {
    const [entry = ''] = JSON.parse(textOf('CMD'));
    const flags = ['--permission', '--allow-fs-read=*', `--allow-fs-write=${environment.DATA_DIR}`];
    const origin = spawn(process.execPath, [...flags, entry], { cwd: app, env: environment });
    const words: string[] = [];
    for (const stream of [origin.stdout, origin.stderr])
      stream.on('data', (w) => words.push(`${w}`));
    const gone = new Promise<number | null>((resolve) => origin.once('exit', resolve));
    try {
      const patience = { timeout: 45_000, interval: 500 };
      await expect.poll(() => asksForHealth(), patience).toBe('healthy');
    } catch {
      throw new Error(`it is not healthy: ${words.join('')}`);
    } finally {
      origin.kill('SIGTERM');
    }
    expect(await gone).toBe(0);
    expect(words.join('')).not.toContain('ERR_ACCESS_DENIED');
    expect(await asksForHealth()).toBe('unhealthy');
  });

  it('has the command', async () => {
    const run = promisify(execFile)(process.execPath, ['cli/sluice.ts', '--help'], {
      ...{ cwd: app, env: environment },
    });
    expect((await run).stdout).toContain('audit');
  });

  it('has no more than it needs', () => {
    expect(steps.map(({ text }) => text)).toContain(INSTALL);
    for (const name of ['test', 'bench', 'node_modules/vitest', 'node_modules/wrangler']) {
      expect(existsSync(join(app, name)), name).toBe(false);
    }
    expect(textOf('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(textOf('FROM')).toContain(':nonroot');
  });

  /** As Docker does: the exit code decides. */
  async function asksForHealth(): Promise<string> {
    const [program = '', ...args] = JSON.parse(textOf('HEALTHCHECK').replace(/^.*? CMD /, ''));
    expect(basename(program)).toBe('node');
    const asking = promisify(execFile)(process.execPath, args, { env: environment });
    return asking.then(
      () => 'healthy',
      () => 'unhealthy',
    );
  }
});

describe('what is sent to the builder', () => {
  const rules = readFileSync(join(ROOT, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

  it('is nothing but what is copied', () => {
    expect(rules[0]).toBe('*');
    const sent = rules.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1));
    const copied = steps
      .filter(({ name, text }) => name === 'COPY' && !text.startsWith('--'))
      .flatMap(({ text }) => text.split(' ').slice(0, -1));
    expect([...new Set(copied)].sort()).toEqual(sent.sort());
  });
});

/** Each stage in a folder of its own, as if that were `/`; returns the last one's. */
function build(): string {
  const stages = new Map<string, string>();
  let root = '';
  let place = '';
  for (const { name, text } of steps) {
    if (name === 'FROM') {
      const alias = / AS (\S+)$/.exec(text)?.[1] ?? 'last';
      root = join(folder, alias);
      mkdirSync(root);
      stages.set(alias, root);
    } else if (name === 'WORKDIR') {
      place = join(root, text);
      mkdirSync(place, { recursive: true });
    } else if (name === 'COPY') {
      copy(text, { root, place, stages });
    } else if (text === INSTALL) {
      linkPackages(join(place, 'node_modules'));
    } else if (name === 'RUN') {
      const command = text.replaceAll(' /data', ` ${root}/data`);
      execFileSync('sh', ['-ec', command], { cwd: place, stdio: 'pipe' });
    }
  }
  return root;
}

/**
 * What `INSTALL` would put there: the packages that package-lock.json does not mark as for
 * development only. They are links to those that are installed here, which Node takes for what
 * stands there (NODE_PRESERVE_SYMLINKS): a package finds no other than those.
 */
function linkPackages(target: string): void {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const names = Object.entries<{ dev?: boolean }>(packages)
    .filter(([path, { dev }]) => path.lastIndexOf('node_modules/') === 0 && dev !== true)
    .map(([path]) => path.slice('node_modules/'.length));
  for (const name of names) {
    mkdirSync(join(target, name, '..'), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(target, name));
  }
}

interface Stage {
  root: string;
  place: string;
  stages: Map<string, string>;
}

function copy(text: string, { root, place, stages }: Stage): void {
  const words = text.split(' ');
  const paths = words.filter((word) => !word.startsWith('--'));
  const stage = stages.get(/--from=(\S+)/.exec(text)?.[1] ?? '');
  const target = paths.pop() ?? '';
  for (const path of paths) {
    const from = join(stage ?? ROOT, path);
    const to = target.startsWith('/') ? join(root, target) : join(place, target);
    const isFile = existsSync(join(from, '..')) && target.endsWith('/');
    cpSync(from, isFile ? join(to, basename(path)) : to, {
      ...{ recursive: true, verbatimSymlinks: true },
    });
  }
}

function stepsOf(text: string): Step[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
      return { name, text: rest };
    });
}
