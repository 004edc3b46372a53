/**
 * WEBHOOK_URL is the operator's, and what listens there may still be lured or taken over: nobody is
 * followed elsewhere, nothing of an answer is kept, and no attempt lasts.
 */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../../origin/config.ts';
import { ATTEMPT_TIMEOUT_MS, createPostNotice } from '../../origin/notify/post-notice.ts';
import { LEAST_ENVIRONMENT } from '../origin/run-origin.ts';

const SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

function tell(url: string) {
  const post = createPostNotice({ url, secret: SECRET }, fetch);
  const signal = new AbortController().signal;
  return post({ deliveryId: 'd1', payload: '{"a":1}' }, { nowMs: Date.now(), signal });
}

describe('a shop', () => {
  test.each([301, 302, 303, 307, 308])(
    'that sends us elsewhere is not followed: %i',
    async (code) => {
      let led = 0;
      const elsewhere = await listen((_request, response) => {
        led += 1;
        response.end();
      });
      const shop = await listen((_request, response) => {
        response.writeHead(code, { location: elsewhere }).end();
      });
      expect(await tell(shop)).toMatchObject({ kind: 'failed', error: `status ${code}` });
      expect(led).toBe(0);
    },
  );

  test('that answers without end is heard to the end of its headers', async () => {
    let sentBytes = 0;
    const closed = Promise.withResolvers<void>();
    const chunk = Buffer.alloc(64 * 1024);
    const shop = await listen((_request, response) => {
      response.writeHead(200);
      const send = () => {
        while (response.write(chunk)) sentBytes += chunk.length;
      };
      response.on('drain', send).on('close', () => closed.resolve());
      send();
    });
    const startedMs = performance.now();
    expect(await tell(shop)).toEqual({ kind: 'delivered' });
    expect(performance.now() - startedMs).toBeLessThan(0.9 * ATTEMPT_TIMEOUT_MS);
    await closed.promise;
    // What the sockets of both sides hold, and no more.
    expect(sentBytes).toBeLessThan(16 * 1024 * 1024);
  });

  test('that has headers without end is broken off', async () => {
    const shop = await listen((_request, response) => {
      response.writeHead(200, { 'x-long': 'a'.repeat(1024 * 1024) }).end();
    });
    expect(await tell(shop)).toMatchObject({ kind: 'failed' });
  });

  test.each<[string, RequestListener]>([
    ['says nothing', () => {}],
    ['sends its headers byte by byte', (request) => trickle(request.socket)],
  ])('that %s is left after 10 s', async (_name, answer) => {
    const startedMs = performance.now();
    const outcome = await tell(await listen(answer));
    expect(outcome).toEqual({ kind: 'failed', error: 'no answer in time' });
    expect(performance.now() - startedMs).toBeLessThan(ATTEMPT_TIMEOUT_MS + 15_000);
  });
});

function trickle(socket: { write(text: string): boolean; destroyed: boolean }): void {
  socket.write('HTTP/1.1 200 OK\r\nx: ');
  const timer = setInterval(() => {
    if (socket.destroyed) clearInterval(timer);
    else socket.write('a');
  }, 200);
}

describe('an address', () => {
  test.each([
    ...['http://shop.example', 'http://10.0.0.1', 'http://169.254.169.254/latest/meta-data'],
    ...['http://[fd00::1]', 'http://127.0.0.1.shop.example', 'http://localhost.shop.example'],
    ...['http://0x7f.1.shop.example', 'ftp://127.0.0.1', 'file:///etc/passwd', 'unix:/run/a.sock'],
    ...['https://user:password@shop.example', 'http://user@127.0.0.1', '//shop.example', 'shop'],
  ])('%s is refused', (url) => {
    const given = { ...LEAST_ENVIRONMENT, WEBHOOK_URL: url, WEBHOOK_SECRET: SECRET };
    expect(() => parseConfig(given)).toThrow(/^WEBHOOK_URL: /);
  });

  test.each(['https://shop.example/hook', 'http://127.0.0.1:9/hook', 'http://[::1]/hook'])(
    '%s is taken',
    (url) => {
      const given = { ...LEAST_ENVIRONMENT, WEBHOOK_URL: url, WEBHOOK_SECRET: SECRET };
      expect(parseConfig(given).WEBHOOK_URL).toBe(url);
    },
  );
});
