/** `<NAME>_FILE` for each secret: the file's content is the value, and no message repeats it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { SECRET_VARIABLES, SecretFileError, withSecretFiles } from '../../origin/secret-files.ts';
import { LEAST_ENVIRONMENT, runNode, runOrigin } from './run-origin.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-secrets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('a secret in a file', () => {
  test.each(SECRET_VARIABLES)('%s is its content, trimmed', (name) => {
    const path = fileOf(name, '  the secret\n');
    const environment = withSecretFiles({ [`${name}_FILE`]: path, OTHER: 'x' });
    expect(environment).toEqual({ [name]: 'the secret', OTHER: 'x' });
  });

  test('counts when the variable is there and empty, and an empty path is none', () => {
    const path = fileOf('token', 'the secret');
    expect(withSecretFiles({ OPERATOR_TOKEN: '', OPERATOR_TOKEN_FILE: path })).toEqual({
      OPERATOR_TOKEN: 'the secret',
    });
    expect(withSecretFiles({ OPERATOR_TOKEN: 'given', OPERATOR_TOKEN_FILE: '' })).toEqual({
      OPERATOR_TOKEN: 'given',
    });
  });

  test('is read for secrets only', () => {
    const given = { WEBHOOK_SECRETS_FILE: '/a', STOCK_TLS_CA_FILE: '/b' };
    expect(withSecretFiles(given)).toEqual(given);
  });

  test.each<[string, Record<string, string>, RegExp]>([
    [
      'given twice',
      { PASS_KEYS: 'one-secret', PASS_KEYS_FILE: fileOf('both', 'two-secret') },
      /^PASS_KEYS_FILE: the variable without _FILE is set as well; one of the two must go$/,
    ],
    [
      'in a file that is not there',
      { WEBHOOK_SECRET_FILE: '/nowhere/secret' },
      /^WEBHOOK_SECRET_FILE: \/nowhere\/secret cannot be read \(ENOENT\)$/,
    ],
    ['in an empty file', { BOOK_URL_FILE: fileOf('empty', ' \n') }, /^BOOK_URL_FILE: .* is empty$/],
  ])('%s is refused by name', (_name, given, message) => {
    expect(() => withSecretFiles(given)).toThrow(SecretFileError);
    expect(() => withSecretFiles(given)).toThrow(message);
    expect(() => withSecretFiles(given)).not.toThrow(/one-secret|two-secret/);
  });

  test('is told of each variable, all at once', () => {
    const given = { PASS_KEYS_FILE: '/nowhere/a', STOCK_URL_FILE: '/nowhere/b' };
    expect(() => withSecretFiles(given)).toThrow(/^PASS_KEYS_FILE: .*\nSTOCK_URL_FILE: .*$/);
  });
});

describe('a program', () => {
  const without = { ...LEAST_ENVIRONMENT, PASS_KEYS: '' };

  test('that starts takes it: an origin goes on to what is wrong next', async () => {
    const PASS_KEYS_FILE = fileOf('keys', `${LEAST_ENVIRONMENT.PASS_KEYS}\n`);
    const ended = await runOrigin({ ...without, PASS_KEYS_FILE, ORIGIN_PORT: 'x' });
    expect(ended.errors.map((line) => line.split(':')[1]?.trim())).toEqual(['ORIGIN_PORT']);
  });

  test('ends with one line when it cannot be read: the origin', async () => {
    const ended = await runOrigin({ ...without, PASS_KEYS_FILE: '/nowhere/keys' });
    expect(ended.exitCode).toBe(1);
    expect(ended.errors).toEqual(['sluice: PASS_KEYS_FILE: /nowhere/keys cannot be read (ENOENT)']);
  });

  test.each([
    ['the sandbox', ['sandbox/main.ts'], 'SANDBOX_SECRET_FILE'],
    ['the command', ['cli/sluice.ts', 'sale', 'list'], 'OPERATOR_TOKEN_FILE'],
    ['npm start', ['cli/start.ts'], 'OPERATOR_TOKEN_FILE'],
  ])('ends with one line when it cannot be read: %s', async (_name, args, variable) => {
    const ended = await runNode(args, { [variable]: '/nowhere/secret', DATA_DIR: folder });
    expect(ended.exitCode).toBe(1);
    expect(ended.errors).toHaveLength(1);
    expect(ended.errors[0]).toContain(`${variable}: /nowhere/secret cannot be read (ENOENT)`);
  });
});
