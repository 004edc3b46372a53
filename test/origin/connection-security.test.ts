/**
 * Half a setting means less protection than whoever set it believes, and stops the start by name;
 * so does a file that is not there or is something else. (Against real servers: test/security/.)
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  CertificateFileError,
  readTlsMaterial,
  saslLoginOf,
  securityMistakes,
} from '../../origin/connection-security.ts';
import { makeCertificates } from '../security/certificates.ts';

const REDISS = { STOCK_URL: 'rediss://redis.example' };
const SASL = {
  LOG_SASL_MECHANISM: 'scram-sha-256',
  LOG_SASL_USERNAME: 'sluice',
  LOG_SASL_PASSWORD: 'secret',
};

describe('half a setting is refused', () => {
  test.each<[string, Record<string, string>, [string, RegExp]]>([
    [
      'a CA for a Redis without TLS',
      { STOCK_URL: 'redis://a', STOCK_TLS_CA_FILE: '/a' },
      ['STOCK_TLS_CA_FILE', /no effect while neither STOCK_URL nor LEASE_URL/],
    ],
    ['a CA without LOG_TLS', { LOG_TLS_CA_FILE: '/a' }, ['LOG_TLS_CA_FILE', /LOG_TLS is not on/]],
    [
      'a CA with BOOK_TLS=off',
      { BOOK_TLS: 'off', BOOK_TLS_CA_FILE: '/a' },
      ['BOOK_TLS_CA_FILE', /BOOK_TLS is not on/],
    ],
    [
      'a certificate without its key',
      { ...REDISS, STOCK_TLS_CERT_FILE: '/a' },
      ['STOCK_TLS_KEY_FILE', /missing while STOCK_TLS_CERT_FILE/],
    ],
    [
      'a key without its certificate',
      { BOOK_TLS: 'on', BOOK_TLS_KEY_FILE: '/a' },
      ['BOOK_TLS_CERT_FILE', /missing while BOOK_TLS_KEY_FILE/],
    ],
    [
      'a login without a password',
      { ...SASL, LOG_SASL_PASSWORD: '' },
      ['LOG_SASL_PASSWORD', /missing while LOG_SASL_MECHANISM/],
    ],
    [
      'a password without a mechanism',
      { ...SASL, LOG_SASL_MECHANISM: '' },
      ['LOG_SASL_MECHANISM', /missing while LOG_SASL_USERNAME/],
    ],
    [
      'a password in the clear',
      { ...SASL, LOG_SASL_MECHANISM: 'plain' },
      ['LOG_TLS', /must be on with LOG_SASL_MECHANISM=plain/],
    ],
    [
      'a book by number',
      { BOOK_TLS: 'on', BOOK_URL: 'mysql://user@10.0.0.7/sluice' },
      ['BOOK_URL', /must name its host/],
    ],
    [
      'etcd’s user without a password',
      { LEASE_URL: 'etcd://a', LEASE_USER: 'sluice' },
      ['LEASE_PASSWORD', /missing while LEASE_USER/],
    ],
    [
      'etcd’s user twice',
      { LEASE_URL: 'etcd://b:c@a', LEASE_USER: 'sluice', LEASE_PASSWORD: 'secret' },
      ['LEASE_USER', /one of the two must go/],
    ],
    ['TLS to no etcd', { LEASE_TLS: 'on' }, ['LEASE_TLS', /no effect while LEASE_URL/]],
    [
      'a CA without LEASE_TLS',
      { LEASE_URL: 'etcd://a', LEASE_TLS_CA_FILE: '/a' },
      ['LEASE_TLS_CA_FILE', /LEASE_TLS is not on/],
    ],
  ])('%s', (_name, given, [name, problem]) => {
    expect(securityMistakes(given)).toEqual([[name, expect.stringMatching(problem)]]);
  });

  test.each<[string, Record<string, string>]>([
    ['nothing at all', {}],
    ['TLS with the authorities of the system', { ...REDISS, LOG_TLS: 'on', BOOK_TLS: 'on' }],
    ['a CA for the leases alone', { LEASE_URL: 'rediss://a', STOCK_TLS_CA_FILE: '/a' }],
    ['SCRAM without TLS', SASL],
    ['PLAIN over TLS', { ...SASL, LOG_SASL_MECHANISM: 'plain', LOG_TLS: 'on' }],
  ])('%s is whole', (_name, given) => {
    expect(securityMistakes(given)).toEqual([]);
  });
});

test('a login is made of its three parts, or is none', () => {
  const off = { LOG_TLS: 'off', BOOK_TLS: 'off' } as const;
  expect(saslLoginOf(off)).toBeUndefined();
  const whole = { ...off, ...SASL, LOG_SASL_MECHANISM: 'scram-sha-256' } as const;
  expect(saslLoginOf(whole)).toEqual({
    ...{ mechanism: 'scram-sha-256', username: 'sluice', password: 'secret' },
  });
});

describe('a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-certificates-'));
  const certificates = makeCertificates(folder);
  const text = join(folder, 'text.pem');
  writeFileSync(text, 'not a certificate');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const off = { LOG_TLS: 'off', BOOK_TLS: 'off' } as const;

  test('is read whole', () => {
    const { authority, client } = certificates;
    const settings = {
      STOCK_TLS_CA_FILE: authority,
      STOCK_TLS_CERT_FILE: client.certificate,
      STOCK_TLS_KEY_FILE: client.key,
    };
    const material = readTlsMaterial({ ...off, ...settings }, 'STOCK');
    expect(material.ca).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(material.key).toMatch(/PRIVATE KEY/);
    expect(readTlsMaterial({ ...off, ...settings }, 'BOOK'), 'of another part').toEqual({});
  });

  const { client, server, authority } = certificates;
  test.each<[string, Record<string, string>, RegExp]>([
    [
      'that is not there',
      { STOCK_TLS_CA_FILE: '/nowhere/ca.pem' },
      /^STOCK_TLS_CA_FILE: \/nowhere\/ca.pem cannot be read \(ENOENT\)$/,
    ],
    ['that is a folder', { STOCK_TLS_CA_FILE: folder }, /^STOCK_TLS_CA_FILE: .*\(EISDIR\)$/],
    ['of words', { STOCK_TLS_CA_FILE: text }, /^STOCK_TLS_CA_FILE: holds no certificate$/],
    [
      'with the key of another certificate',
      { STOCK_TLS_CERT_FILE: client.certificate, STOCK_TLS_KEY_FILE: server.key },
      /^STOCK_TLS_KEY_FILE: holds no key that fits STOCK_TLS_CERT_FILE$/,
    ],
    [
      'with a certificate for a key',
      { STOCK_TLS_CERT_FILE: client.certificate, STOCK_TLS_KEY_FILE: authority },
      /^STOCK_TLS_KEY_FILE: holds no key/,
    ],
  ])('%s is named', (_name, settings, message) => {
    expect(() => readTlsMaterial({ ...off, ...settings }, 'STOCK')).toThrow(CertificateFileError);
    expect(() => readTlsMaterial({ ...off, ...settings }, 'STOCK')).toThrow(message);
  });
});
