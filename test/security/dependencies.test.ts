/**
 * What a production install brings: packages whose content the lock file pins by hash, from the
 * registry only, and no program that runs while they are installed but one that is switched off.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Locked {
  version: string;
  resolved?: string;
  integrity?: string;
  dev?: boolean;
  link?: boolean;
  hasInstallScript?: boolean;
}

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const lock: { packages: Record<string, Locked> } = read('../../package-lock.json');
const shipped = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && !dev);

/** The registry's own addresses are left out of the lock file; what has one is from elsewhere. */
test('each package is from the registry and pinned by its hash', () => {
  expect(shipped.length).toBeGreaterThan(20);
  for (const [path, { integrity, resolved, link }] of shipped) {
    expect(integrity, path).toMatch(/^sha512-/);
    expect([resolved, link], path).toEqual([undefined, undefined]);
  }
});

/** swagger-ui-dist brings it: it reports installs, unless `scarfSettings` says otherwise. */
test('none runs a program when it is installed, but one that is switched off', () => {
  const running = shipped.filter(([, { hasInstallScript }]) => hasInstallScript);
  expect(running.map(([path]) => path)).toEqual(['node_modules/@scarf/scarf']);
  expect(read('../../package.json').scarfSettings).toEqual({ enabled: false });
});

test('what is depended on is few', () => {
  expect(shipped.length).toBeLessThan(80);
});
