/** What a terminal would obey is shown instead, wherever in an answer it stands. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { createOperatorClient } from '../../cli/operator-client.ts';
import { parsePrintable, printable } from '../../cli/printable.ts';

describe('text for a terminal', () => {
  test.each([
    ['a red word', '\u001b[31mpaid\u001b[0m', '<1b>[31mpaid<1b>[0m'],
    ['a second line', 'lost\nsluice: all is well', 'lost<0a>sluice: all is well'],
    ['a line that writes over itself', 'reserved\rpaid', 'reserved<0d>paid'],
    ['the one-character CSI', '\u009b2J', '<9b>2J'],
    ['backspaces', 'no\b\byes', 'no<08><08>yes'],
    ['writing turned round', 'invoice\u202efdp.exe', 'invoice<202e>fdp.exe'],
    ['a line separator', 'a\u2028b', 'a<2028>b'],
    ['DEL', 'a\u007fb', 'a<7f>b'],
  ])('shows %s', (_name, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test.each(['手机 15 Pro', 'Größe – “M”', 'emoji 👩‍🚀', 'שלום', ''])('leaves %s alone', (text) => {
    expect(printable(text)).toBe(text);
  });
});

test('holds for every text of an answer, however deep', () => {
  const answer = { orders: [{ title: 'a\u001b[2Jb', units: 1 }], next: null };
  expect(parsePrintable(JSON.stringify(answer))).toEqual({
    orders: [{ title: 'a<1b>[2Jb', units: 1 }],
    next: null,
  });
  expect(parsePrintable('no JSON')).toBeUndefined();
});

test.each([200, 409])('holds for whatever the CLI is answered: %i', async (status) => {
  const server = createServer((_request, response) => {
    const problem = { type: '/problems/conflict', status, detail: 'b\u001b[2J' };
    response.writeHead(status).end(JSON.stringify({ ...problem, title: 'a\u001b[2J' }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const client = createOperatorClient(`http://127.0.0.1:${port}`, 'token');
  const told = await client.get('/', z.object({ title: z.string() })).then(
    ({ title }) => title,
    (error: unknown) => String(error),
  );
  expect(told).toMatch(/a<1b>\[2J/);
  expect(told).not.toContain('\u001b');
});
