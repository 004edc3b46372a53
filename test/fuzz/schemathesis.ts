/**
 * Runs schemathesis (PyPI), which makes requests out of an OpenAPI document, good ones and bad
 * ones, and compares each answer with it. Installed once, in this version, into .stack/; undefined
 * when there is no Python or no package index to install from.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const VERSION = '4.32.5';
const CONFIG = join(import.meta.dirname, 'schemathesis.toml');
const INSTALL_LIMIT_MS = 300_000;
const OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024;

const run = promisify(execFile);

export interface Schemathesis {
  /** Resolves with what it said; `passed` when it found nothing. */
  run(args: readonly string[]): Promise<{ passed: boolean; output: string }>;
}

export async function installSchemathesis(): Promise<Schemathesis | undefined> {
  const folder = resolve(import.meta.dirname, '../../.stack', `schemathesis-${VERSION}`);
  if (!existsSync(folder) && !(await install(folder))) return undefined;
  return {
    async run(args) {
      const program = join(folder, 'bin', 'python');
      const options = { cwd: folder, maxBuffer: OUTPUT_LIMIT_BYTES };
      const whole = ['-m', 'schemathesis.cli', '--config-file', CONFIG, 'run', ...args];
      return run(program, whole, options).then(
        ({ stdout }) => ({ passed: true, output: stdout }),
        (error: { stdout?: string; stderr?: string; message: string }) => ({
          passed: false,
          output: `${error.stdout ?? ''}${error.stderr ?? error.message}`,
        }),
      );
    },
  };
}

/** Beside its place first: an installation that was cut short is begun again. */
async function install(folder: string): Promise<boolean> {
  const unfinished = `${folder}.${process.pid}`;
  const limits = { timeout: INSTALL_LIMIT_MS };
  try {
    mkdirSync(join(folder, '..'), { recursive: true });
    await run('python3', ['-m', 'venv', unfinished], limits);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    const python = join(unfinished, 'bin', 'python');
    await run(python, [...pip, `schemathesis==${VERSION}`], limits);
    // The interpreter of a venv does not mind that its folder is moved; its scripts would.
    renameSync(unfinished, folder);
    return true;
  } catch {
    rmSync(unfinished, { recursive: true, force: true });
    return existsSync(folder);
  }
}
