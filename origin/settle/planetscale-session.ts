/**
 * One session with PlanetScale: what is sent in it, one statement a POST, none ever twice. A POST
 * that is not answered leaves open what happened, COMMIT above all: the session is thrown away, and
 * the caller begins again. The server ends a transaction after 20 s; it is given up before, while
 * that is still clear.
 */
import type { Connection } from '@planetscale/database';
import { format, type SqlValue } from 'mysql2';
import type { Clock } from '../../contract/clock.ts';
import { loadStatement } from '../statements.ts';
import { pause } from '../timer.ts';
import type { Part, Result } from './mysql-connections.ts';
import { leavesSessionUsable, toPlanetscaleError, unreadable } from './planetscale-errors.ts';

/** The server's own limit is 20 s; a lock that a statement waits for may take 5 of these. */
const TRANSACTION_LIMIT_MS = 15_000;
/** A hot row is held for milliseconds; whoever waits this long gives up and begins again. */
const LOCK_WAIT_SECONDS = 5;
/** What undoing is given where the network is to blame; the server does it by itself at 20 s. */
const UNDO_TIMEOUT_MS = 2_000;

const statement = (name: string) =>
  loadStatement(new URL(`./sql/mysql/${name}.sql`, import.meta.url));
const setIsolation = statement('set-isolation');
const setLimits = statement('set-limits');
const begin = statement('begin');
const commit = statement('commit');
const rollback = statement('rollback');
const showWarnings = statement('show-warnings');

const READS = /^(?:SELECT|SHOW)\b/i;
const LOCKS = /\b(?:FOR UPDATE|FOR SHARE|LOCK IN SHARE MODE)\b/i;

export class TransactionTooLongError extends Error {
  readonly code = 'transaction-too-long';
}

export interface PlanetscaleSession {
  /** Makes the settings of the book, once. */
  prepare(): Promise<void>;
  send(part: Part): Promise<Result>;
  isInTransaction(): boolean;
  /** Frees the locks of what is open, as well as it can; true when the session is as before. */
  undo(error: unknown): Promise<boolean>;
}

/** `connection` is the client's, which keeps the session from one POST to the next. */
export function createPlanetscaleSession(
  connection: Connection,
  host: string,
  clock: Clock,
): PlanetscaleSession {
  let hasSettings = false;
  /** When the transaction began that is open. */
  let begunMs: number | undefined;

  return {
    async prepare() {
      if (hasSettings) return;
      await post(connection, host, [setIsolation]);
      await post(connection, host, [setLimits, LOCK_WAIT_SECONDS]);
      hasSettings = true;
    },
    async send(part) {
      const [text] = part;
      if (begunMs !== undefined && clock.nowMs() - begunMs > TRANSACTION_LIMIT_MS) {
        const seconds = TRANSACTION_LIMIT_MS / 1000;
        throw new TransactionTooLongError(`a transaction of the book took more than ${seconds} s`);
      }
      if (text === begin) begunMs = clock.nowMs();
      const result = await post(connection, host, part);
      // Without one, each statement would stand for itself.
      if (text === begin && !Reflect.get(connection, 'session')) throw unreadable(host, undefined);
      if (text === commit || text === rollback) begunMs = undefined;
      return result;
    },
    isInTransaction: () => begunMs !== undefined,
    async undo(error) {
      const isUsable = leavesSessionUsable(error);
      if (begunMs === undefined) return isUsable;
      begunMs = undefined;
      const undone = post(connection, host, [rollback]).then(
        () => isUsable,
        () => false,
      );
      return Promise.race([undone, pause(UNDO_TIMEOUT_MS).then(() => false)]);
    },
  };
}

/** One statement in whatever session the client has. */
export async function post(
  connection: Connection,
  host: string,
  [text, ...values]: Part,
): Promise<Result> {
  // Such a server tells only what itself warns of; strict mode makes errors of the others.
  if (text === showWarnings) return { rows: [] };
  try {
    const answer = await connection.execute(format(text, values as SqlValue[]));
    if (READS.test(text)) return { rows: answer.rows };
    return { matchedRows: answer.rowsAffected, warnings: 0 };
  } catch (error) {
    throw toPlanetscaleError(error, host);
  }
}

/** Whether a statement changes nothing and locks nothing. */
export function onlyReads([text]: Part): boolean {
  return READS.test(text) && !LOCKS.test(text);
}
