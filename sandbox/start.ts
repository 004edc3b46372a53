/**
 * Starts the sandbox in this process: its file, its sender of events, its listener. Used by main.ts
 * and by tests, which may give it a clock of their own.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { type Clock, systemClock } from '../contract/clock.ts';
import { type Random, systemRandom } from '../contract/random.ts';
import { createApp } from './app.ts';
import { openDatabase } from './database.ts';
import { createDeliveries } from './deliveries.ts';
import { type Sender, startSender } from './sender.ts';
import { createSessions } from './sessions.ts';

/** 128 bits: an id is all that the buyer's page asks for. */
const ID_BYTES = 16;

export interface SandboxOptions {
  host?: string;
  /** 0: any that is free. */
  port: number;
  file: string;
  /** `whsec_` and base64. */
  secret: string;
  /** Where the shop takes events. */
  eventsUrl: string;
  /** How long money takes that takes too long. */
  lateMs: number;
  clock?: Clock;
  random?: Random;
}

export interface Sandbox {
  url: string;
  /** Lets requests and events under way end; what is not sent stays in the file. */
  close(): Promise<void>;
}

export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock = systemClock, random = systemRandom, secret, host = '127.0.0.1' } = options;
  let sender: Sender | undefined;
  const database = openDatabase(options.file);
  const deliveries = createDeliveries(database);
  const sessions = createSessions({
    database,
    deliveries,
    lateMs: options.lateMs,
    clock,
    createId: () => randomBytes(ID_BYTES).toString('base64url'),
    onEvents: () => sender?.wake(),
  });
  const { fetch } = createApp({ sessions, deliveries, secret, clock });
  const server = createAdaptorServer({ fetch });
  try {
    server.listen(options.port, host);
    await once(server, 'listening');
  } catch (error) {
    database.close();
    throw error;
  }
  const { eventsUrl } = options;
  sender = startSender({ sessions, deliveries, eventsUrl, secret, clock, random });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      if ('closeIdleConnections' in server) server.closeIdleConnections();
      await Promise.all([closed, sender?.stop()]);
      database.close();
    },
  };
}
