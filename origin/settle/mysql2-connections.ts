/**
 * Connections to MySQL or MariaDB over a socket: an exchange is one round trip, however many
 * statements it has. Nothing waits without end: connecting, every exchange and every lock has a
 * limit, and a connection whose answer did not come is thrown away. Several statements a round trip
 * are allowed here (`multipleStatements`), therefore values go in as parameters only, never as
 * text.
 */
import { createPool, type PoolConnection, type ResultSetHeader } from 'mysql2';
import type { TlsMaterial } from '../connection-security.ts';
import { loadStatement } from '../statements.ts';
import type { MysqlConnections, MysqlSession, Part, Result } from './mysql-connections.ts';
import { leavesConnectionUsable, toBookError } from './mysql-errors.ts';

/** Settling needs one, the API's reads a few; more would only queue inside the server. */
const MAX_CONNECTIONS = 10;
/** Who waits for a connection at most; reads of a crowd end here, not in memory. */
const MAX_WAITING = 1_000;
/** A server on the same continent answers within a fraction of this. */
const CONNECT_TIMEOUT_MS = 5_000;
/** Longer than a settle may wait for a lock, so that the server's clear error comes first. */
const EXCHANGE_TIMEOUT_MS = 15_000;
/** A hot row is held for milliseconds; whoever waits this long gives up and begins again. */
const LOCK_WAIT_SECONDS = 5;
/**
 * A host that lost its power, or a process that is stopped, in the middle of a transaction holds
 * its row locks until the server ends the session: nobody else can settle or close orders of the
 * sale. The server's own default is 8 hours.
 */
const SILENT_SESSION_SECONDS = 10;
/** Connections that nobody uses go before the server ends them. */
const IDLE_CONNECTION_MS = 5_000;
/** What a closing pool gives the server to say goodbye. */
const CLOSE_TIMEOUT_MS = 2_000;

const HOLD_TO_ITS_NAME = { rejectUnauthorized: true, verifyIdentity: true, minVersion: 'TLSv1.2' };

const setSession = loadStatement(new URL('./sql/mysql/set-session.sql', import.meta.url));
const setIsolation = loadStatement(new URL('./sql/mysql/set-isolation.sql', import.meta.url));
const rollback = loadStatement(new URL('./sql/mysql/rollback.sql', import.meta.url));

/** With `tls` the connection is encrypted, and the server held to the name in its certificate. */
export function createMysqlConnections(url: string, tls?: TlsMaterial): MysqlConnections {
  const pool = createPool({
    uri: url,
    multipleStatements: true,
    connectionLimit: MAX_CONNECTIONS,
    queueLimit: MAX_WAITING,
    // The pool looks for idle connections only when it may keep fewer than it may have.
    maxIdle: MAX_CONNECTIONS - 1,
    idleTimeout: IDLE_CONNECTION_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    supportBigNumbers: true,
    timezone: 'Z',
    ...(tls === undefined ? {} : { ssl: { ...tls, ...HOLD_TO_ITS_NAME } }),
  });
  const prepared = new WeakSet<PoolConnection>();

  function acquire(): Promise<PoolConnection> {
    return new Promise((resolve, reject) => {
      pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection)));
    });
  }

  async function prepare(connection: PoolConnection): Promise<void> {
    if (prepared.has(connection)) return;
    // A connection that breaks while nobody uses it tells the pool; that is all there is to do.
    connection.on('error', () => {});
    const limits = [LOCK_WAIT_SECONDS, LOCK_WAIT_SECONDS, SILENT_SESSION_SECONDS];
    await exchange(connection, [setSession, ...limits], [setIsolation]);
    prepared.add(connection);
  }

  async function use<Value>(work: (session: MysqlSession) => Promise<Value>): Promise<Value> {
    const connection = await acquire();
    try {
      await prepare(connection);
      const value = await work({ exchange: (...parts) => exchange(connection, ...parts) });
      connection.release();
      return value;
    } catch (error) {
      await giveUp(connection, error);
      throw error;
    }
  }

  return {
    use,
    ask: (...parts) => use((session) => session.exchange(...parts)),
    close() {
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
        pool.end(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
  };
}

/** One round trip; a result a statement. Rejects with what `toBookError` makes of an error. */
function exchange(connection: PoolConnection, ...parts: Part[]): Promise<Result[]> {
  const sql = parts.map(([statement]) => statement).join(';');
  const values = parts.flatMap(([, ...values]) => values);
  return new Promise((resolve, reject) => {
    connection.query<ResultSetHeader>(
      { sql, values, timeout: EXCHANGE_TIMEOUT_MS },
      (error, answer: unknown) => {
        if (error) return reject(toBookError(error));
        const answers = parts.length === 1 ? [answer] : (answer as unknown[]);
        resolve(answers.map(resultOf));
      },
    );
  });
}

function resultOf(answer: unknown): Result {
  if (Array.isArray(answer)) return { rows: answer };
  const { affectedRows, warningStatus } = answer as ResultSetHeader;
  return { matchedRows: affectedRows, warnings: warningStatus };
}

async function giveUp(connection: PoolConnection, error: unknown): Promise<void> {
  if (!leavesConnectionUsable(error)) return connection.destroy();
  try {
    await exchange(connection, [rollback]);
    connection.release();
  } catch {
    connection.destroy();
  }
}
