/** Runs an origin that is expected to end by itself, and keeps what it printed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { compileCache } from '../compile-cache.ts';

export interface EndedProcess {
  exitCode: number | null;
  /** Lines of standard error without the last line end. */
  errors: string[];
  output: string;
}

/** What an origin needs at least; nothing of this process's environment reaches it. */
export const LEAST_ENVIRONMENT = {
  PASS_KEYS: `t1:${Buffer.alloc(32, 1).toString('base64')}`,
  OPERATOR_TOKEN: 'the token of a test',
  SANDBOX_SECRET: `whsec_${Buffer.alloc(32, 3).toString('base64')}`,
  LOG_LEVEL: 'error',
};

export async function runOrigin(environment: Record<string, string>): Promise<EndedProcess> {
  return runNode(['origin/main.ts'], environment);
}

export async function runNode(
  args: string[],
  environment: Record<string, string>,
): Promise<EndedProcess> {
  const child = spawn(process.execPath, args, {
    cwd: new URL('../..', import.meta.url),
    env: { PATH: process.env.PATH, ...compileCache, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  const read = [text(child.stdout), text(child.stderr), once(child, 'close')] as const;
  const [output, errors] = await Promise.all(read);
  const lines = errors.trimEnd().split('\n');
  return { exitCode: child.exitCode, errors: lines[0] === '' ? [] : lines, output };
}
