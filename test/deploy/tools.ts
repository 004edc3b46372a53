/** The programs that check what is in deploy/, as they are installed here; in CI they must be. */
import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** Why a suite cannot run here; undefined when it can. */
export function missingTools(...names: string[]): string | undefined {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return undefined;
  const told = `not installed: ${missing.join(', ')}`;
  if (process.env.CI) throw new Error(told);
  return told;
}

function isInstalled(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** What it printed, when it was content; else throws with that. `input` is what it reads. */
export function runTool(name: string, args: readonly string[], input = ''): string {
  return execFileSync(name, args, { cwd: PROJECT, input, encoding: 'utf8', stdio: 'pipe' });
}

/** What it complained of; empty when it had nothing to say. */
export function complaintsOf(name: string, args: readonly string[], input: string): string {
  const { stdout, stderr, status } = spawnSync(name, args, { input, encoding: 'utf8' });
  return status === 0 ? stderr : `${stdout}${stderr}status ${status}`;
}
