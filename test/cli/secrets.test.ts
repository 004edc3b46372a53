/**
 * What `npm start` makes up: good enough for the origin, kept for the owner only, the same next
 * time.
 */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureSecrets, readSecrets } from '../../cli/secrets.ts';
import { parseConfig } from '../../origin/config.ts';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'sluice-secrets-')), 'data');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

test('are taken by the origin, kept for the owner only, and the same at the next start', () => {
  const made = ensureSecrets(folder, {});
  expect(parseConfig({ ...made })).toMatchObject({ PASS_KEYS: [{ id: 'k1' }] });
  expect(Buffer.from(made.BUYER_JWT_SECRET, 'base64')).toHaveLength(32);
  expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600);
  expect(ensureSecrets(folder, {})).toEqual(made);
  expect(readSecrets(folder)).toEqual(made);
});

test('differ from shop to shop', () => {
  const { OPERATOR_TOKEN, PASS_KEYS, BUYER_JWT_SECRET } = ensureSecrets(folder, {});
  const other = ensureSecrets(join(folder, 'other'), {});
  expect([OPERATOR_TOKEN, PASS_KEYS, BUYER_JWT_SECRET]).not.toEqual(
    expect.arrayContaining([other.OPERATOR_TOKEN]),
  );
  expect(other.PASS_KEYS).not.toBe(PASS_KEYS);
  expect(other.BUYER_JWT_SECRET).not.toBe(BUYER_JWT_SECRET);
});

test('what is given wins and is not written down', () => {
  const given = { OPERATOR_TOKEN: 'a token of the operator' };
  expect(ensureSecrets(folder, given).OPERATOR_TOKEN).toBe(given.OPERATOR_TOKEN);
  expect(readFileSync(join(folder, 'secrets.json'), 'utf8')).not.toContain(given.OPERATOR_TOKEN);
});

test.each(['{"PASS_KEYS":1}', '{"PASS_KEYS":', ''])('a damaged file is named: %s', (text) => {
  ensureSecrets(folder, {});
  writeFileSync(join(folder, 'secrets.json'), text);
  expect(() => readSecrets(folder)).toThrow(/secrets\.json is damaged; remove it/);
});

test('a folder without any has none', () => {
  expect(readSecrets(join(folder, 'nothing'))).toBeUndefined();
});
