/**
 * Stripe's own stand-in, which checks every request against Stripe's published schema and
 * remembers nothing (`go install github.com/stripe/stripe-mock@latest`). Without it the tests are
 * skipped on a laptop, with the reason in their name, and fail in CI.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe } from 'vitest';

export interface StripeMock {
  url: string;
  stop(): Promise<void>;
}

const program = findStripeMock();
if (program === undefined && process.env.CI) {
  throw new Error('no stripe-mock: run "go install github.com/stripe/stripe-mock@latest"');
}

/** `describe` that says why when it skips. */
export function describeWithStripeMock(name: string, define: () => void): void {
  if (program !== undefined) describe(name, define);
  else describe.skip(`${name} (skipped: there is no stripe-mock here)`, define);
}

/** On two free ports: it insists on one for TLS as well. */
export async function startStripeMock(): Promise<StripeMock> {
  if (program === undefined) throw new Error('there is no stripe-mock here');
  const child = spawn(program, ['-http-addr', '127.0.0.1:0', '-https-addr', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill();
    await exited;
  };
  let url: string | undefined;
  // Read on: a program whose output nobody takes comes to a halt.
  const lines = createInterface({ input: child.stdout });
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      const address = /Listening for HTTP at address: (.*)$/.exec(line)?.[1];
      if (address === undefined) return;
      url = `http://${address}`;
      resolve();
    });
    void exited.then(() => reject(new Error('stripe-mock ended before it listened')));
  });
  if (url === undefined) throw new Error('stripe-mock said no address');
  return { url, stop };
}

function findStripeMock(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return [...folders, goFolder()]
    .map((folder) => join(folder, 'stripe-mock'))
    .find((path) => existsSync(path));
}

/** Where `go install` puts programs; it is seldom in PATH. */
function goFolder(): string {
  try {
    return join(execFileSync('go', ['env', 'GOPATH'], { encoding: 'utf8' }).trim(), 'bin');
  } catch {
    return join(process.env.HOME ?? '/', 'go', 'bin');
  }
}
