/** An old Node is told, an origin of another version too, and a disk that fills up. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkEmbedded } from '../../../cli/doctor/check-embedded.ts';
import { checkNode, checkVersions } from '../../../cli/doctor/check-versions.ts';
import { VERSION } from '../../../origin/version.ts';

test.each([
  ['24.0.0', 'ok'],
  ['26.1.0', 'ok'],
  ['22.18.0', 'fail'],
])('node %s', (version, state) => {
  expect(checkNode(version)).toMatchObject({ state, detail: expect.stringContaining(version) });
});

describe('an origin', () => {
  test.each([
    ['of this version', { version: VERSION }, 'ok'],
    ['of another version', { version: '99.0.0' }, 'warn'],
    ['that tells none', { status: 'alive' }, 'fail'],
  ])('%s', async (_name, body, state) => {
    const server = createServer((_request, response) => {
      response.setHeader('connection', 'close');
      response.end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const [, origin] = await checkVersions(`http://127.0.0.1:${port}`, '24.0.0');
    server.close();
    expect(origin).toMatchObject({ name: 'origin', state });
  });

  test('that is away is told with its address, without a password', async () => {
    const [, origin] = await checkVersions('http://user:secret@127.0.0.1:9', '24.0.0');
    expect(origin).toMatchObject({
      state: 'fail',
      detail: 'no origin answers at http://127.0.0.1:9',
      advice: expect.stringContaining('ORIGIN_URL'),
    });
  });
});

describe('the folder of the embedded database', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-doctor-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    [2e9, 'ok', 'no database yet, 2.0 GB free'],
    [999e6, 'warn', 'no database yet, 999.0 MB free'],
    [99e6, 'fail', 'no database yet, 99.0 MB free'],
  ])('with %d bytes free', (free, state, detail) => {
    const [finding] = checkEmbedded(join(folder, 'not-there-yet'), () => free);
    expect(finding).toMatchObject({ name: 'DATA_DIR', state, detail });
  });

  test('says how much is free where it lies', () => {
    expect(checkEmbedded(folder)[0]?.detail).toMatch(/^no database yet, [\d.]+ [GM]B free$/);
  });
});
