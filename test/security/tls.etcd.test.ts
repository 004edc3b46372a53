/**
 * etcd with users and over TLS: the right login and the right authority are served; a wrong
 * password, no login, a user without rights, a wrong authority, a certificate for another name or
 * none of the client's are refused, with one line that says which, and never the password.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../contract/clock.ts';
import { readTlsMaterial } from '../../origin/connection-security.ts';
import { createEtcdLease, type EtcdLeaseOptions } from '../../origin/lease/etcd-lease.ts';
import { base64 } from '../../origin/lease/etcd-requests.ts';
import { KEY_PREFIX, type OwnEtcd, startOwnEtcd, until } from '../backends/own-etcd.ts';
import { freePort } from '../flow/shop.ts';
import { createEtcdServer } from '../stack/etcd.ts';
import { type Certificates, makeCertificates } from './certificates.ts';
import { folderIn, missingPrograms, type OwnServer, startServer } from './own-servers.ts';

const missing = await missingPrograms('etcd', 'openssl');
const WANT = { name: 'role', holder: 'ann', ttlMs: 60_000 };
const PASSWORD = 'the password of sluice';

function open(options: Partial<EtcdLeaseOptions> & { endpoints: string[] }) {
  const lease = createEtcdLease({ keyPrefix: KEY_PREFIX, clock: systemClock, ...options });
  onTestFinished(() => lease.close());
  return lease;
}

describe.skipIf(missing)(`etcd with users (${missing ?? 'real'})`, () => {
  let etcd: OwnEtcd;
  beforeAll(async () => {
    etcd = await startOwnEtcd();
    await addUsers(etcd.endpoints[0] ?? '');
  });
  afterAll(() => etcd.remove());
  const at = (user: string, password: string) =>
    open({ endpoints: etcd.endpoints, login: { user, password } });

  test('the right login is served, also after a restart, which forgets its token', async () => {
    const lease = at('sluice', PASSWORD);
    const grant = await lease.acquire(WANT);
    if (grant === undefined) throw new Error('it was not granted');
    await etcd.members[0]?.kill();
    await etcd.members[0]?.start();
    expect(await lease.renew(grant, WANT.ttlMs)).toBeDefined();
    await until(async () => (await lease.acquire({ ...WANT, holder: 'bob' })) === undefined);
    const stop = new AbortController();
    const turn = lease.awaitTurn?.({ ...WANT, holder: 'bob' }, stop.signal);
    await lease.release(grant);
    await turn;
    expect(await lease.acquire({ ...WANT, holder: 'bob' })).toBeDefined();
  });

  test('a wrong password is refused in one line without it', async () => {
    const refused = at('sluice', 'a wrong password').ping();
    const line = /^etcd at 127\.0\.0\.1:\d+ refuses: etcdserver: authentication failed, invalid/;
    await expect(refused).rejects.toThrow(line);
    await expect(refused).rejects.not.toThrow(/a wrong password/);
  });

  test('no login is refused', async () => {
    await expect(open({ endpoints: etcd.endpoints }).ping()).rejects.toThrow(
      /refuses: etcdserver: user name is empty/,
    );
  });

  test('a user without rights is refused', async () => {
    await expect(at('nobody', PASSWORD).ping()).rejects.toThrow(/refuses: .*permission denied/);
    const stop = new AbortController();
    await expect(at('nobody', PASSWORD).awaitTurn?.(WANT, stop.signal)).rejects.toThrow(
      /permission denied/,
    );
  });
});

describe.skipIf(missing)(`etcd over TLS (${missing ?? 'real'})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-etcd-tls-'));
  let certificates: Certificates;
  let plain: OwnServer;
  let strange: OwnServer;
  let asking: OwnServer;
  beforeAll(async () => {
    certificates = makeCertificates(folder);
    plain = await start(certificates.server, false, 'plain');
    strange = await start(certificates.strange, false, 'strange');
    asking = await start(certificates.server, true, 'asking');
  });
  afterAll(async () => {
    for (const server of [plain, strange, asking]) await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(pair: { certificate: string; key: string }, asks: boolean, name: string) {
    const [port, peerPort] = [await freePort(), await freePort()];
    const settings = [
      ...['--cert-file', pair.certificate, '--key-file', pair.key],
      ...(asks ? ['--client-cert-auth', '--trusted-ca-file', certificates.authority] : []),
    ];
    const place = { folder: folderIn(folder, name), host: '127.0.0.1', port, peerPort };
    const { args } = createEtcdServer({ ...place, settings, scheme: 'https' }).commandLine();
    return startServer('etcd', [...args], { port, cwd: place.folder });
  }

  function over(server: OwnServer, files: Record<string, string>) {
    const tls = readTlsMaterial(files, 'LEASE');
    return open({ endpoints: [`127.0.0.1:${server.port}`], tls });
  }

  test('with the right authority it serves', async () => {
    const lease = over(plain, { LEASE_TLS_CA_FILE: certificates.authority });
    await until(
      async () =>
        lease.ping().then(
          () => true,
          () => false,
        ),
      'a ping',
    );
    expect(await lease.acquire(WANT)).toBeDefined();
  });

  test('a client that shows its certificate is served where one is asked for', async () => {
    const { authority, client } = certificates;
    const lease = over(asking, {
      LEASE_TLS_CA_FILE: authority,
      LEASE_TLS_CERT_FILE: client.certificate,
      LEASE_TLS_KEY_FILE: client.key,
    });
    await until(
      async () =>
        lease.ping().then(
          () => true,
          () => false,
        ),
      'a ping',
    );
  });

  test('one that shows none is refused', async () => {
    const lease = over(asking, { LEASE_TLS_CA_FILE: certificates.authority });
    await expect(lease.ping()).rejects.toThrow(/does not serve: .*certificate/);
  });

  test('another authority, and another name, are refused', async () => {
    const other = over(plain, { LEASE_TLS_CA_FILE: certificates.otherAuthority });
    await expect(other.ping()).rejects.toThrow(/does not serve: .*certificate/);
    const named = over(strange, { LEASE_TLS_CA_FILE: certificates.authority });
    await expect(named.ping()).rejects.toThrow(/does not serve: .*altnames/);
  });

  test('without TLS it says what it wants', async () => {
    const lease = open({ endpoints: [`127.0.0.1:${plain.port}`] });
    await expect(lease.ping()).rejects.toThrow(/etcd at 127\.0\.0\.1:\d+ /);
  });
});

/** As docs/security.md asks for: `sluice` may do its leases, `nobody` nothing at all. */
async function addUsers(endpoint: string): Promise<void> {
  const ask = async (path: string, body: object) => {
    const content = JSON.stringify(body);
    const answer = await fetch(`http://${endpoint}/v3/auth/${path}`, {
      method: 'POST',
      body: content,
    });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
  };
  for (const name of ['root', 'sluice', 'nobody'])
    await ask('user/add', { name, password: PASSWORD });
  for (const name of ['root', 'leases']) await ask('role/add', { name });
  const range = { key: base64(`${KEY_PREFIX}lease/`), range_end: base64(`${KEY_PREFIX}lease0`) };
  await ask('role/grant', { name: 'leases', perm: { permType: 'READWRITE', ...range } });
  await ask('user/grant', { user: 'root', role: 'root' });
  await ask('user/grant', { user: 'sluice', role: 'leases' });
  await ask('enable', {});
}
