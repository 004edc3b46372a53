/** A bad setting stops the start with its name; what is good needs no more than a secret. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseSettings } from '../../sandbox/settings.ts';
import { runNode } from '../origin/run-origin.ts';
import { createSandboxPlace, SANDBOX_SECRET } from './sandbox-process.ts';

describe('settings', () => {
  test('need no more than a secret', () => {
    expect(parseSettings({ SANDBOX_SECRET })).toEqual({
      host: '127.0.0.1',
      port: 8790,
      file: '.sluice/sandbox.db',
      secret: SANDBOX_SECRET,
      eventsUrl: 'http://127.0.0.1:8787/api/payments/sandbox/events',
      lateMs: 360_000,
    });
  });

  test.each([
    ['SANDBOX_SECRET', 'secret'],
    ['SANDBOX_SECRET', 'whsec_c2hvcnQ='],
    ['SANDBOX_PORT', '65536'],
    ['SANDBOX_EVENTS_URL', 'ftp://127.0.0.1'],
    ['SANDBOX_LATE_MS', '-1'],
  ])('%s=%s is named', (name, value) => {
    expect(() => parseSettings({ SANDBOX_SECRET, [name]: value })).toThrow(`${name}: `);
  });

  test('a secret in a message would be none any more', () => {
    expect(() => parseSettings({ SANDBOX_SECRET: 'whsec_oh-no' })).toThrow(/^((?!oh-no).)*$/s);
  });
});

test('the program says in one line what is wrong with its settings', async () => {
  const ended = await runNode(['sandbox/main.ts'], {});
  expect(ended.exitCode).toBe(1);
  expect(ended.errors).toHaveLength(1);
  expect(ended.errors[0]).toMatch(/^sandbox: SANDBOX_SECRET: must be given/);
});

test('a second sandbox leaves the file of the first alone', async () => {
  const place = createSandboxPlace();
  onTestFinished(() => place.remove());
  const { url } = await place.start({});
  await expect(place.start({})).rejects.toThrow('ended before it listened');
  expect((await fetch(`${url}/pay/sbx_1`)).status).toBe(404);
});
