/**
 * PlanetScale's HTTP API in front of a MariaDB, with faults on order: an answer lost after or
 * before the statement was executed, a delay, an HTTP status. It follows the vendor's client, its
 * simulator and Vitess: sessions are values that carry the transaction and the settings, a
 * transaction ends at 20 s, a statement finds 100,000 rows at most, one statement a request.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createExecute } from './planetscale-execute.ts';
import { createGatewayFaults, type GatewayFaults } from './planetscale-faults.ts';
import { HttpRefusal, later, readJson, refuse, reply } from './planetscale-http.ts';
import { createGatewaySessions } from './planetscale-sessions.ts';

const TRANSACTION_LIMIT_MS = 20_000;
const EXECUTE = '/psdb.v1alpha1.Database/Execute';
const CREATE_SESSION = '/psdb.v1alpha1.Database/CreateSession';

export interface PlanetscaleGatewayOptions {
  /** `mysql://user:password@host:port/database` */
  mariadb: string;
  user?: string;
  password?: string;
  transactionLimitMs?: number;
  /** Settings made outside a transaction are gone with the answer. */
  losesSettings?: boolean;
}

export interface PlanetscaleGateway {
  /** With user and password in it. */
  url: string;
  faults: GatewayFaults;
  counts: {
    posts(): number;
    struck(): number;
    /** The statements since the last call, without their values. */
    statements(): string[];
    openTransactions(): number;
  };
  close(): Promise<void>;
}

export async function startPlanetscaleGateway(
  options: PlanetscaleGatewayOptions,
): Promise<PlanetscaleGateway> {
  const { mariadb, user = 'somebody', password = 'pscale_pw_of-nobody' } = options;
  const { transactionLimitMs = TRANSACTION_LIMIT_MS, losesSettings = false } = options;
  const sessions = createGatewaySessions({ mariadb, transactionLimitMs });
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const { faults, strike, struck } = createGatewayFaults();
  const execute = createExecute({
    sessions,
    schemaIsFrozen: () => faults.schemaIsFrozen,
    losesSettings,
  });
  let posts = 0;
  let statements: string[] = [];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    posts += 1;
    const body = await readJson(request, authorization);
    if (request.url === CREATE_SESSION) {
      return reply(response, 200, { branch: 'main', session: sessions.sign(sessions.fresh()) });
    }
    if (request.url !== EXECUTE || request.method !== 'POST') {
      throw new HttpRefusal(404, 'not_found', 'no such method');
    }
    const sql = String(body.query ?? '');
    statements.push(sql.replace(/\s+/g, ' ').slice(0, 80));
    if (faults.delayMs > 0) await later(faults.delayMs);
    const session = body.session ? sessions.read(body.session) : sessions.fresh();
    const fault = strike(sql, session?.transactionId);
    if (fault?.kind === 'lose-before') return void response.destroy();
    if (fault?.kind === 'delay') await later(fault.ms);
    if (fault?.kind === 'status') {
      response.writeHead(fault.status, { 'content-type': 'text/html' });
      return void response.end(fault.body ?? `<html><h1>${fault.status}</h1></html>`);
    }
    if (session === undefined) throw new HttpRefusal(403, 'permission_denied', 'unknown session');
    const answered = await execute(sql.trim(), session);
    if (fault?.kind === 'lose-after') return void response.destroy();
    reply(response, 200, answered);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => refuse(response, error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return {
    url: `http://${login}@127.0.0.1:${port}`,
    faults,
    counts: {
      posts: () => posts,
      struck,
      statements() {
        const told = statements;
        statements = [];
        return told;
      },
      openTransactions: () => sessions.openTransactions(),
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      sessions.close();
    },
  };
}
