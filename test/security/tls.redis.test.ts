/**
 * Redis over TLS: with the right authority it serves; a wrong one, a certificate for another name
 * or a missing client certificate is refused, with one line that says which.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { readTlsMaterial } from '../../origin/connection-security.ts';
import { RedisUnavailableError } from '../../origin/redis.ts';
import { connectRedis } from '../../origin/redis-socket.ts';
import { freePort } from '../flow/shop.ts';
import { type Certificates, makeCertificates } from './certificates.ts';
import { folderIn, missingPrograms, type OwnServer, startServer } from './own-servers.ts';

const missing = await missingPrograms('redis-server', 'openssl');

describe.skipIf(missing)(`redis over TLS (${missing ?? 'real'})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-redis-tls-'));
  let certificates: Certificates;
  let redis: OwnServer;
  /** Has a certificate for a host that it is not. */
  let strange: OwnServer;
  /** Asks for a client's certificate. */
  let asking: OwnServer;

  beforeAll(async () => {
    certificates = makeCertificates(folder);
    redis = await start(certificates.server, 'no', 'open');
    strange = await start(certificates.strange, 'no', 'strange');
    asking = await start(certificates.server, 'yes', 'asking');
  });
  afterAll(async () => {
    await redis?.stop();
    await strange?.stop();
    await asking?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(pair: { certificate: string; key: string }, clients: string, name: string) {
    const port = await freePort();
    const args = [
      ...['--port', '0', '--tls-port', String(port), '--bind', '127.0.0.1', '--save', ''],
      ...['--tls-cert-file', pair.certificate, '--tls-key-file', pair.key],
      ...['--tls-ca-cert-file', certificates.authority, '--tls-auth-clients', clients],
    ];
    return startServer('redis-server', args, { port, cwd: folderIn(folder, name) });
  }

  function connect(url: string, files: Record<string, string>) {
    const tls = readTlsMaterial({ LOG_TLS: 'off', BOOK_TLS: 'off', ...files }, 'STOCK');
    const errors: string[] = [];
    const connection = connectRedis({
      ...{ url, tls, connectionName: 'tls' },
      onConnectionError: (error) => errors.push(error.message),
    });
    onTestFinished(() => connection.close());
    return { connection, errors };
  }

  test.each(['localhost', '127.0.0.1'])('serves at %s with the right CA', async (host) => {
    const files = { STOCK_TLS_CA_FILE: certificates.authority };
    const { connection } = connect(`rediss://${host}:${redis.port}`, files);
    await connection.ping();
  });

  test.each([
    ['with a wrong CA', true],
    ['with the authorities of the system', false],
  ])('is refused %s', async (_name, named) => {
    const files = named ? { STOCK_TLS_CA_FILE: certificates.otherAuthority } : {};
    const { connection, errors } = connect(`rediss://localhost:${redis.port}`, files);
    await expect(connection.ping()).rejects.toBeInstanceOf(RedisUnavailableError);
    expect(errors[0]).toMatch(/^[^\n]*certificate[^\n]*$/);
  });

  test('is refused when its certificate is for somebody else', async () => {
    const files = { STOCK_TLS_CA_FILE: certificates.authority };
    const { connection, errors } = connect(`rediss://localhost:${strange.port}`, files);
    await expect(connection.ping()).rejects.toBeInstanceOf(RedisUnavailableError);
    expect(errors[0]).toMatch(/Hostname\/IP does not match certificate's altnames/);
  });

  test.each([
    ['serves whoever has one', true],
    ['refuses whoever has none', false],
  ])('that asks for certificates %s', async (_name, has) => {
    const { client, authority } = certificates;
    const own = { STOCK_TLS_CERT_FILE: client.certificate, STOCK_TLS_KEY_FILE: client.key };
    const files = { STOCK_TLS_CA_FILE: authority, ...(has ? own : {}) };
    const { connection } = connect(`rediss://localhost:${asking.port}`, files);
    const served = await connection.ping().then(
      () => true,
      () => false,
    );
    expect(served).toBe(has);
  });
});
