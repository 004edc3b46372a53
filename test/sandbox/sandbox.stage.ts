/** A sandbox in the test's own process, with a clock of its own and a shop for its events. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenSandboxSession, sandboxApiKey } from '../../origin/pay/sandbox-wire.ts';
import { startSandbox } from '../../sandbox/start.ts';
import { type Inbox, openInbox } from './inbox.ts';
import { SANDBOX_SECRET } from './sandbox-process.ts';

export const LATE_MS = 360_000;

export interface SandboxStage {
  url: string;
  inbox: Inbox;
  /** Moves the sandbox's clock on. */
  pass(ms: number): void;
  api(method: string, path: string, body?: unknown, key?: string): Promise<Answer>;
  open(changes?: Partial<OpenSandboxSession>): Promise<string>;
  /** What a button of the page does. */
  act(sessionId: string, action: string): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

let payments = 0;

export function createOpening(changes: Partial<OpenSandboxSession> = {}): OpenSandboxSession {
  payments += 1;
  return {
    paymentId: `pay_q83vASNFZ4mrze8BI0VniQ_${payments}`,
    orderId: 'q83vASNFZ4mrze8BI0VniQ',
    saleId: 'phone-15',
    title: 'A phone',
    quantity: 1,
    amount: 199_900,
    currency: 'CNY',
    payBeforeMs: Date.now() + 300_000,
    returnUrl: 'http://127.0.0.1:8787/s/phone-15',
    ...changes,
  };
}

export async function openStage(): Promise<SandboxStage> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-sandbox-'));
  const inbox = await openInbox();
  let passedMs = 0;
  const sandbox = await startSandbox({
    port: 0,
    file: join(folder, 'sandbox.db'),
    secret: SANDBOX_SECRET,
    eventsUrl: inbox.url,
    lateMs: LATE_MS,
    clock: { nowMs: () => Date.now() + passedMs },
  });

  async function request(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: unknown,
  ) {
    const response = await fetch(`${sandbox.url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }

  const api: SandboxStage['api'] = (method, path, body, key) =>
    request(
      method,
      path,
      {
        authorization: `Bearer ${sandboxApiKey(SANDBOX_SECRET)}`,
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body,
    );

  return {
    url: sandbox.url,
    inbox,
    pass(ms) {
      passedMs += ms;
    },
    api,
    async open(changes) {
      const opening = createOpening(changes);
      const answer = await api('POST', '/sessions', opening, opening.paymentId);
      return String(answer.body.sessionId);
    },
    act: (sessionId, action) =>
      request('POST', `/pay/${sessionId}/${action}`, { accept: 'application/json' }),
    async close() {
      await sandbox.close();
      await inbox.close();
      rmSync(folder, { recursive: true });
    },
  };
}
