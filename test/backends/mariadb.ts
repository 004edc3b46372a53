/**
 * The stack's MariaDB for tests, each file of tests with a database of its own. Without the server
 * the tests are skipped on a laptop, with the reason in their name, and fail in CI.
 */
import { type Connection, createConnection } from 'mysql2/promise';
import { describe } from 'vitest';
import { addresses, serverUrls } from '../stack/addresses.ts';

const CONNECT_LIMIT_MS = 1_000;

const mariadbUrl = serverUrls(addresses).mariadb;

const available = await answers();
if (!available && process.env.CI) {
  throw new Error(`no mariadb at ${withoutPassword()}: run "npm run stack up" before the tests`);
}

/** `describe` that says why when it skips. */
export function describeWithMariadb(name: string, define: () => void): void {
  if (available) describe(name, define);
  else describe.skip(`${name} (skipped: no mariadb at ${withoutPassword()})`, define);
}

export interface TestDatabase {
  url: string;
  /** Another connection to it, for what a book does not do; closed by `drop`. */
  connect(): Promise<Connection>;
  drop(): Promise<void>;
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `sluice_test_${crypto.randomUUID().replaceAll('-', '')}`;
  const admin = await createConnection(mariadbUrl);
  await admin.query(`CREATE DATABASE ${name}`);
  const url = mariadbUrl.replace(/\/[^/]*$/, `/${name}`);
  const connections: Connection[] = [];
  return {
    url,
    async connect() {
      const connection = await createConnection(url);
      connections.push(connection);
      return connection;
    },
    async drop() {
      for (const connection of connections) connection.destroy();
      await admin.query(`DROP DATABASE ${name}`);
      await admin.end();
    },
  };
}

async function answers(): Promise<boolean> {
  try {
    const connection = await createConnection({
      uri: mariadbUrl,
      connectTimeout: CONNECT_LIMIT_MS,
    });
    await connection.end();
    return true;
  } catch {
    return false;
  }
}

function withoutPassword(): string {
  return `${addresses.mariadb.host}:${addresses.mariadb.port}`;
}
