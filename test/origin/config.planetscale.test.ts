/** The book over HTTP in the configuration: with its login, encrypted, and not shown. */
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../origin/config.ts';
import { createRedact, secretsOf } from '../../origin/redaction.ts';
import { LEAST_ENVIRONMENT } from './run-origin.ts';

const PASSWORD = 'pscale_pw_4711-and-more';

describe('BOOK_URL', () => {
  test.each([
    `https://user:${PASSWORD}@eu-central.connect.psdb.cloud`,
    `https://user:${PASSWORD}@eu-central.connect.psdb.cloud/sluice`,
    `http://user:${PASSWORD}@127.0.0.1:8080`,
    `http://user:${PASSWORD}@[::1]:8080`,
  ])('is taken as %s', (url) => {
    expect(parseConfig({ ...LEAST_ENVIRONMENT, BOOK_URL: url })).toMatchObject({ BOOK_URL: url });
  });

  test.each([
    ['not encrypted', `http://user:${PASSWORD}@psdb.example`],
    ['without a login', 'https://psdb.example'],
    ['without a password', 'https://user@psdb.example'],
    ['with a login that cannot be decoded', `https://user:${PASSWORD}%zz@psdb.example`],
    ['no address', `https://user:${PASSWORD}@host:port`],
  ])('that is %s is refused, and not repeated', (_what, url) => {
    const parse = () => parseConfig({ ...LEAST_ENVIRONMENT, BOOK_URL: url });
    expect(parse).toThrow(/^BOOK_URL: must begin with one of sqlite: mysql:\/\/ https:\/\//);
    expect(parse).not.toThrow(PASSWORD);
  });

  test('over HTTP takes no certificates of its own', () => {
    const BOOK_URL = `https://user:${PASSWORD}@psdb.example`;
    const parse = () => parseConfig({ ...LEAST_ENVIRONMENT, BOOK_URL, BOOK_TLS: 'on' });
    expect(parse).toThrow(/^BOOK_TLS: would have no effect while BOOK_URL is of HTTP/);
  });

  test('has its password taken out of every line', () => {
    const secrets = secretsOf({ BOOK_URL: `https://user:${PASSWORD}@psdb.example/sluice` });
    expect(createRedact(secrets)(`as user:${PASSWORD}@`)).toBe('as user:[secret]@');
  });
});
