/**
 * The book over TLS: with the right authority and name it serves, and the connection is encrypted;
 * a wrong authority or another name in the certificate is refused, with one line that says which.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { readTlsMaterial } from '../../origin/connection-security.ts';
import { rowsOf } from '../../origin/settle/mysql-connections.ts';
import { createMysqlConnections } from '../../origin/settle/mysql2-connections.ts';
import { freePort } from '../flow/shop.ts';
import { findProgram } from '../stack/processes.ts';
import { type Certificates, makeCertificates } from './certificates.ts';
import { missingPrograms, type OwnServer, startServer } from './own-servers.ts';

const missing = await missingPrograms('mariadbd', 'mariadb-install-db', 'openssl');
const PASSWORD = 'the password of the book';

describe.skipIf(missing)(`mariadb over TLS (${missing ?? 'real'})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-mariadb-tls-'));
  let certificates: Certificates;
  let trusted: OwnServer;
  let strange: OwnServer;

  beforeAll(async () => {
    certificates = makeCertificates(folder);
    trusted = await start('trusted', certificates.server);
    strange = await start('strange', certificates.strange);
  });
  afterAll(async () => {
    await trusted?.stop();
    await strange?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(name: string, pair: { certificate: string; key: string }) {
    const data = join(folder, name);
    const asRoot = process.getuid?.() === 0 ? ['--user=root'] : [];
    const install = (await findProgram('mariadb-install-db')) ?? '';
    const own = ['--no-defaults', `--datadir=${data}`];
    execFileSync(install, [...own, '--skip-test-db', ...asRoot], { stdio: 'pipe' });
    const users = join(folder, 'users.sql');
    writeFileSync(users, `CREATE USER sluice@'%' IDENTIFIED BY '${PASSWORD}' REQUIRE SSL;\n`);
    const port = await freePort();
    const args = [
      ...[...own, `--init-file=${users}`, '--socket=mariadb.sock', '--pid-file=mariadb.pid'],
      ...['--bind-address=127.0.0.1', `--port=${port}`, '--skip-name-resolve', '--skip-log-bin'],
      ...[`--ssl-cert=${pair.certificate}`, `--ssl-key=${pair.key}`],
      ...[`--ssl-ca=${certificates.authority}`, '--innodb-buffer-pool-size=32M', ...asRoot],
    ];
    return startServer('mariadbd', args, { port, cwd: folder });
  }

  async function cipherOf(port: number, files: Record<string, string> | undefined) {
    const off = { LOG_TLS: 'off', BOOK_TLS: 'on' } as const;
    const tls = files === undefined ? undefined : readTlsMaterial({ ...off, ...files }, 'BOOK');
    const url = `mysql://sluice:${encodeURIComponent(PASSWORD)}@localhost:${port}/`;
    const connections = createMysqlConnections(url, tls);
    onTestFinished(() => connections.close());
    const [result] = await connections.ask(["SHOW STATUS LIKE 'Ssl_cipher'"]);
    return rowsOf<{ Value: string }>(result)[0]?.Value;
  }

  test('serves with the right CA, encrypted', async () => {
    const files = { BOOK_TLS_CA_FILE: certificates.authority };
    expect(await cipherOf(trusted.port, files)).toMatch(/^TLS_|SHA/);
  });

  test('refuses whoever does not encrypt', async () => {
    await expect(cipherOf(trusted.port, undefined)).rejects.toThrow(/Access denied/);
  });

  test('is refused with a wrong CA', async () => {
    const refused = cipherOf(trusted.port, { BOOK_TLS_CA_FILE: certificates.otherAuthority });
    await expect(refused).rejects.toThrow(/^[^\n]*certificate[^\n]*$/);
  });

  test('is refused with the authorities of the system', async () => {
    await expect(cipherOf(trusted.port, {})).rejects.toThrow(/^[^\n]*certificate[^\n]*$/);
  });

  test('is refused when its certificate is for somebody else', async () => {
    const refused = cipherOf(strange.port, { BOOK_TLS_CA_FILE: certificates.authority });
    await expect(refused).rejects.toThrow(/does not match certificate's altnames/);
  });
});
