/**
 * Tab in a real bash: commands, options, their values and the ids of sales; nothing that is typed
 * is evaluated, and an origin that is away completes nothing.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileCache } from '../compile-cache.ts';
import { openSale } from '../flow/sale.ts';
import { openShop, type Shop } from '../flow/shop.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-completion-'));
let shop: Shop;
beforeAll(async () => {
  // As it is found in the PATH of whoever has it installed.
  const program = resolve(import.meta.dirname, '../../cli/sluice.ts');
  const words = `"${process.execPath}" "${program}" "$@"`;
  writeFileSync(join(folder, 'sluice'), `#!/bin/sh\nexec ${words}\n`);
  chmodSync(join(folder, 'sluice'), 0o755);
  writeFileSync(join(folder, 'completion.bash'), scriptFor('bash'));
  shop = await openShop('embedded');
  await shop.startOrigin();
  await openSale(shop, { saleId: 'phone', units: 1 });
  await openSale(shop, { saleId: 'phone-case', units: 1 });
  await openSale(shop, { saleId: 'mug', units: 1 });
});
afterAll(async () => {
  await shop.close();
  rmSync(folder, { recursive: true });
});

/** What an interactive bash, in a terminal of its own, has after a Tab behind each text. */
function complete(texts: string[], change: Record<string, string> = {}): string[][] {
  const ask = texts.map(
    (text, index) => `words=(${text}); COMP_WORDS=("\${words[@]}")
COMP_CWORD=$(( \${#words[@]} - 1 )); _sluice 2>/dev/null
printf 'found ${index} %s\\n' "\${COMPREPLY[@]}"`,
  );
  const script = join(folder, 'ask.sh');
  // Twice, as whoever changes their settings sources it.
  const source = 'source completion.bash\n';
  writeFileSync(script, `${source}${source}complete -p sluice\n${ask.join('\n')}\n`);
  const { ORIGIN_URL = '', OPERATOR_TOKEN = '' } = shop.environment;
  const { stdout } = spawnSync(`script -qec 'bash --norc -i ${script}' /dev/null`, {
    shell: true,
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...{ PATH: `${folder}:${process.env.PATH}`, HOME: folder, ...compileCache },
      ...{ ORIGIN_URL, OPERATOR_TOKEN, ...change },
    },
  });
  expect(stdout).toContain('complete -F _sluice sluice');
  const lines = stdout.split(/\r?\n/);
  return texts.map((_, index) =>
    lines
      .filter((line) => line.startsWith(`found ${index} `))
      .map((line) => line.slice(`found ${index} `.length))
      .filter((line) => line !== ''),
  );
}

describe('Tab completes', () => {
  test('commands, options and their choices', () => {
    const [root, sale, options, states, afterEquals] = complete([
      "sluice ''",
      'sluice sale o',
      'sluice sale create --c',
      'sluice order list phone --state p',
      "sluice order list phone --state '=' re",
    ]);
    expect(root).toEqual(expect.arrayContaining(['sale', 'order', 'doctor', 'completion']));
    expect(root).not.toContain('complete');
    expect(sale).toEqual(['open']);
    expect(options).toEqual(['--currency', '--closes-in']);
    expect(states).toEqual(['paid']);
    expect(afterEquals?.toSorted()).toEqual(['refunded', 'rejected', 'reserved']);
  });

  test('the ids of sales, from the origin', async () => {
    const asked = ['sluice sale pause ph', "sluice audit ''", "sluice order show ''"];
    // An origin that takes longer than somebody waits for Tab is asked again.
    const found = () => complete(asked).map((ids) => ids.toSorted());
    await expect
      .poll(found, { timeout: 50_000 })
      .toEqual([['phone', 'phone-case'], ['mug', 'phone', 'phone-case'], []]);
  });

  test('nothing from an origin that is away, or refuses', () => {
    const asked = ['sluice sale pause ph', 'sluice sale pau'];
    expect(complete(asked, { ORIGIN_URL: 'http://127.0.0.1:9' })).toEqual([[], ['pause']]);
    expect(complete(asked, { OPERATOR_TOKEN: 'of another shop, surely' })).toEqual([[], ['pause']]);
  });

  test('and runs nothing of what is typed', () => {
    complete(["sluice order show '$(touch evil)'", "sluice sale pause '`touch evil`;touch' ''"]);
    expect(existsSync(join(folder, 'evil'))).toBe(false);
  });
});

test('there are scripts for zsh and fish', () => {
  for (const shell of ['zsh', 'fish']) expect(scriptFor(shell)).toContain('sluice complete --');
});

function scriptFor(shell: string): string {
  const { status, stdout } = spawnSync(join(folder, 'sluice'), ['completion', shell], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...compileCache },
  });
  expect(status).toBe(0);
  return stdout;
}
