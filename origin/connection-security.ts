/**
 * How the backends are spoken to: encrypted, by whom, and who they must prove to be. A server is
 * always held to its name and to an authority (the system's, or that of a CA file): there is no way
 * to switch that off. Half a setting is refused at the start, since it would mean less protection
 * than whoever set it believes. Files are read once, then.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import { isOverHttp } from './config-urls.ts';
import type { Environment } from './environment.ts';

/** From the root, since a process may be started anywhere. */
const file = z.string().regex(/^\//, 'must be a path that begins with /').optional();
const word = z
  .string()
  .regex(/^\P{Cc}+$/u, 'must not contain line ends or tabs')
  .optional();
const onOff = z.enum(['on', 'off']).default('off');

/** STOCK_TLS_… hold for the leaderboard and LEASE_URL as well: as a rule they are one Redis. */
export const SECURITY_SETTINGS = {
  STOCK_TLS_CA_FILE: file,
  STOCK_TLS_CERT_FILE: file,
  STOCK_TLS_KEY_FILE: file,
  LOG_TLS: onOff,
  LOG_TLS_CA_FILE: file,
  LOG_TLS_CERT_FILE: file,
  LOG_TLS_KEY_FILE: file,
  LOG_SASL_MECHANISM: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).optional(),
  LOG_SASL_USERNAME: word,
  LOG_SASL_PASSWORD: word,
  BOOK_TLS: onOff,
  BOOK_TLS_CA_FILE: file,
  BOOK_TLS_CERT_FILE: file,
  BOOK_TLS_KEY_FILE: file,
  /** For `etcd://`; a Redis that keeps the leases has STOCK_TLS_…. */
  LEASE_USER: word,
  LEASE_PASSWORD: word,
  LEASE_TLS: onOff,
  LEASE_TLS_CA_FILE: file,
  LEASE_TLS_CERT_FILE: file,
  LEASE_TLS_KEY_FILE: file,
};

export const SECURITY_EXAMPLES: Record<keyof typeof SECURITY_SETTINGS, string> = {
  STOCK_TLS_CA_FILE: '/etc/sluice/redis-ca.pem',
  STOCK_TLS_CERT_FILE: '/etc/sluice/redis-client.pem',
  STOCK_TLS_KEY_FILE: '/etc/sluice/redis-client.key',
  LOG_TLS: 'on',
  LOG_TLS_CA_FILE: '/etc/sluice/kafka-ca.pem',
  LOG_TLS_CERT_FILE: '/etc/sluice/kafka-client.pem',
  LOG_TLS_KEY_FILE: '/etc/sluice/kafka-client.key',
  LOG_SASL_MECHANISM: 'scram-sha-512',
  LOG_SASL_USERNAME: 'sluice',
  LOG_SASL_PASSWORD: '<the password of that user>',
  BOOK_TLS: 'on',
  BOOK_TLS_CA_FILE: '/etc/sluice/mysql-ca.pem',
  BOOK_TLS_CERT_FILE: '/etc/sluice/mysql-client.pem',
  BOOK_TLS_KEY_FILE: '/etc/sluice/mysql-client.key',
  LEASE_USER: 'sluice',
  LEASE_PASSWORD: '<the password of that user>',
  LEASE_TLS: 'on',
  LEASE_TLS_CA_FILE: '/etc/sluice/etcd-ca.pem',
  LEASE_TLS_CERT_FILE: '/etc/sluice/etcd-client.pem',
  LEASE_TLS_KEY_FILE: '/etc/sluice/etcd-client.key',
};

export type SecuritySettings = z.infer<z.ZodObject<typeof SECURITY_SETTINGS>>;

/** PEM texts; without `ca` the authorities that Node knows are trusted. */
export interface TlsMaterial {
  ca?: string;
  cert?: string;
  key?: string;
}

export interface SaslLogin {
  mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  username: string;
  password: string;
}

export class CertificateFileError extends Error {
  readonly code = 'certificate-file';
}

/** What one setting needs of another: names with what is wrong. */
export function securityMistakes(given: Environment): [name: string, problem: string][] {
  const isSet = (name: string) => (given[name] ?? '') !== '';
  const secureRedis = ['STOCK_URL', 'LEASE_URL'].some((name) => given[name]?.startsWith('rediss:'));
  const rules: [wrong: boolean, name: string, problem: string][] = [
    ...filesWithout('STOCK', secureRedis, 'neither STOCK_URL nor LEASE_URL begins with rediss://'),
    ...filesWithout('LOG', given.LOG_TLS === 'on', 'LOG_TLS is not on'),
    ...filesWithout('BOOK', given.BOOK_TLS === 'on', 'BOOK_TLS is not on'),
    ...filesWithout('LEASE', given.LEASE_TLS === 'on', 'LEASE_TLS is not on'),
    ...leaseMistakes(),
    ...['LOG_SASL_MECHANISM', 'LOG_SASL_USERNAME', 'LOG_SASL_PASSWORD'].map(
      (name, _index, all): [boolean, string, string] => [
        !isSet(name) && all.some(isSet),
        name,
        `is missing while ${all.find(isSet)} is set`,
      ],
    ),
    [
      given.LOG_SASL_MECHANISM === 'plain' && given.LOG_TLS !== 'on',
      'LOG_TLS',
      'must be on with LOG_SASL_MECHANISM=plain, which sends the password as it is',
    ],
    [
      given.BOOK_TLS === 'on' && isOverHttp(given.BOOK_URL ?? ''),
      'BOOK_TLS',
      'would have no effect while BOOK_URL is of HTTP, which is encrypted by itself',
    ],
    [
      given.BOOK_TLS === 'on' && isIP(hostOf(given.BOOK_URL)) !== 0,
      'BOOK_URL',
      'must name its host with BOOK_TLS=on, not give a number: certificates are for names',
    ],
  ];
  return rules.filter(([wrong]) => wrong).map(([, name, problem]) => [name, problem]);

  function leaseMistakes(): typeof rules {
    const names = ['LEASE_USER', 'LEASE_PASSWORD'];
    const isEtcd = given.LEASE_URL?.startsWith('etcd:') ?? false;
    const isUnused = (name: string) => !isEtcd && isSet(name) && given[name] !== 'off';
    const unused = 'would have no effect while LEASE_URL does not begin with etcd://';
    const missing = (name: string, other: string): (typeof rules)[number] => {
      return [isSet(other) && !isSet(name), name, `is missing while ${other} is set`];
    };
    return [
      ...[...names, 'LEASE_TLS'].map((name): (typeof rules)[number] => [
        ...([isUnused(name), name, unused] as const),
      ]),
      missing('LEASE_USER', 'LEASE_PASSWORD'),
      missing('LEASE_PASSWORD', 'LEASE_USER'),
      [
        isEtcd && isSet('LEASE_USER') && given.LEASE_URL?.includes('@') === true,
        'LEASE_USER',
        'is given while LEASE_URL names a user as well; one of the two must go',
      ],
    ];
  }

  function filesWithout(part: string, encrypts: boolean, why: string): typeof rules {
    const [cert, key] = [`${part}_TLS_CERT_FILE`, `${part}_TLS_KEY_FILE`];
    return [
      ...[`${part}_TLS_CA_FILE`, cert, key].map((name): (typeof rules)[number] => [
        isSet(name) && !encrypts,
        name,
        `would have no effect while ${why}`,
      ]),
      [isSet(cert) && !isSet(key), key, `is missing while ${cert} is set`],
      [isSet(key) && !isSet(cert), cert, `is missing while ${key} is set`],
    ];
  }
}

/** Reads the files. Throws a CertificateFileError that names the setting. */
export function readTlsMaterial(
  settings: Partial<SecuritySettings>,
  part: 'STOCK' | 'LOG' | 'BOOK' | 'LEASE',
): TlsMaterial {
  const ca = readPem(`${part}_TLS_CA_FILE`, settings[`${part}_TLS_CA_FILE`]);
  const cert = readPem(`${part}_TLS_CERT_FILE`, settings[`${part}_TLS_CERT_FILE`]);
  const key = readPem(`${part}_TLS_KEY_FILE`, settings[`${part}_TLS_KEY_FILE`]);
  for (const [name, pem] of [['CA', ca] as const, ['CERT', cert] as const]) {
    mustWork(`${part}_TLS_${name}_FILE`, 'holds no certificate', () => {
      if (pem !== undefined) new X509Certificate(pem);
    });
  }
  const material = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
  const misfit = `holds no key that fits ${part}_TLS_CERT_FILE`;
  mustWork(`${part}_TLS_KEY_FILE`, misfit, () => createSecureContext(material));
  return material;
}

export function saslLoginOf(settings: Partial<SecuritySettings>): SaslLogin | undefined {
  const { LOG_SASL_MECHANISM, LOG_SASL_USERNAME = '', LOG_SASL_PASSWORD = '' } = settings;
  if (LOG_SASL_MECHANISM === undefined) return undefined;
  return {
    mechanism: LOG_SASL_MECHANISM,
    username: LOG_SASL_USERNAME,
    password: LOG_SASL_PASSWORD,
  };
}

/** etcd's user, when it does not stand in LEASE_URL. */
export function leaseLoginOf(
  settings: Partial<SecuritySettings>,
): { user: string; password: string } | undefined {
  const { LEASE_USER: user, LEASE_PASSWORD: password } = settings;
  return user === undefined || password === undefined ? undefined : { user, password };
}

function readPem(name: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
    throw new CertificateFileError(`${name}: ${path} cannot be read${code}`);
  }
}

function mustWork(name: string, problem: string, attempt: () => void): void {
  try {
    attempt();
  } catch (cause) {
    throw new CertificateFileError(`${name}: ${problem}`, { cause });
  }
}

function hostOf(url: string | undefined): string {
  return url !== undefined && URL.canParse(url) ? new URL(url).hostname : '';
}
