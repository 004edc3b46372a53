/**
 * How many sessions are opened with PlanetScale: whoever stands in for it may hold a connection for
 * each, for a while.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../contract/clock.ts';
import { createPlanetscaleConnections } from '../../../origin/settle/planetscale-connections.ts';

/** Answers every statement with nothing, in the session that was sent or a new one. */
async function startServer({ tellsSession = true } = {}) {
  let opened = 0;
  const sent: unknown[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const { query, session } = JSON.parse(Buffer.concat(parts).toString());
    sent.push(session);
    if (session === null) opened += 1;
    const error = /broken/.test(query) ? { error: { code: 'UNAVAILABLE', message: 'gone' } } : {};
    const told = tellsSession ? { session: session ?? { number: opened } } : {};
    response.end(JSON.stringify({ ...told, ...error }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://somebody:pscale_pw_x@127.0.0.1:${port}`;
  const connections = createPlanetscaleConnections({ url, clock: systemClock });
  return { connections, sent, opened: () => opened };
}

test('reads one after the other go in one session', async () => {
  const { connections, sent, opened } = await startServer();
  for (let count = 0; count < 20; count += 1) await connections.ask(['SELECT 1']);
  expect(sent).toHaveLength(20);
  expect(opened()).toBe(1);
});

test('a session whose read failed is not used again', async () => {
  const { connections, sent, opened } = await startServer();
  await connections.ask(['SELECT 1']);
  await expect(connections.ask(['SELECT broken'])).rejects.toThrow('gone');
  await connections.ask(['SELECT 2']);
  expect(sent).toEqual([null, { number: 1 }, null]);
  expect(opened()).toBe(2);
});

test('what keeps no session has no transaction, and is not believed to begin one', async () => {
  const { connections, sent } = await startServer({ tellsSession: false });
  const work = connections.use((session) => session.exchange(['BEGIN'], ['DELETE FROM orders']));
  await expect(work).rejects.toThrow('gave an answer that cannot be read');
  // Two for the settings, BEGIN, and an end to whatever it began.
  expect(sent).toHaveLength(4);
});
