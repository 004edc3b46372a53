/**
 * What the gateway does with a statement: its transaction's beginning and end, settings, warnings
 * as vtgate tells them (none), everything else by MariaDB. A statement that fails is answered like
 * one that does not, with the error in it.
 */
import type { Connection, FieldPacket } from 'mysql2';
import {
  frozenSchema,
  GatewayRefusal,
  refusalOfMysql,
  tooManyRows,
} from './planetscale-refusals.ts';
import type { createGatewaySessions, VitessSession } from './planetscale-sessions.ts';
import { type WireResult, wireCounts, wireField, wireRow } from './planetscale-wire.ts';

const MOST_ROWS = 100_000;

export interface ExecuteOptions {
  sessions: ReturnType<typeof createGatewaySessions>;
  schemaIsFrozen(): boolean;
  losesSettings: boolean;
}

export function createExecute({ sessions, schemaIsFrozen, losesSettings }: ExecuteOptions) {
  async function run(sql: string, session: VitessSession): Promise<[VitessSession, WireResult]> {
    if (/^(?:CREATE|ALTER|DROP)\b/i.test(sql) && schemaIsFrozen()) throw frozenSchema();
    if (/^SHOW WARNINGS\b/i.test(sql)) return [session, { fields: [{ name: 'Level' }] }];
    if (/^(?:START TRANSACTION|BEGIN)\b/i.test(sql)) {
      return [await sessions.begin(await sessions.end(session, 'COMMIT')), {}];
    }
    const end = /^(COMMIT|ROLLBACK)\b/i.exec(sql)?.[1]?.toUpperCase();
    if (end === 'COMMIT' || end === 'ROLLBACK') return [await sessions.end(session, end), {}];
    const isSetting = /^SET\b/i.test(sql);
    if (isSetting && losesSettings) return [session, {}];
    const result = await sessions.on(session, (connection) => query(connection, sql));
    if (!isSetting) return [session, result];
    return [{ ...session, systemVariables: [...session.systemVariables, sql] }, result];
  }

  /** The answer to a statement in a session. */
  return async (sql: string, session: VitessSession): Promise<object> => {
    const startedMs = performance.now();
    const timing = () => (performance.now() - startedMs) / 1000;
    try {
      const [after, result] = await run(sql, session);
      return { session: sessions.sign(after), result, timing: timing() };
    } catch (error) {
      const wire = error instanceof GatewayRefusal ? error.wire : refusalOfMysql(error, sql);
      return { session: sessions.sign(session), error: wire, timing: timing() };
    }
  };
}

function query(connection: Connection, sql: string): Promise<WireResult> {
  return new Promise((resolve, reject) => {
    const options = {
      sql,
      rowsAsArray: true,
      typeCast: (field: { buffer(): Buffer | null }) => field.buffer(),
    };
    connection.query(options as never, (error: unknown, answer: unknown, fields: unknown) => {
      if (error) return reject(error);
      if (!Array.isArray(answer)) {
        const { affectedRows, insertId } = answer as { affectedRows: number; insertId: number };
        return resolve(wireCounts(affectedRows, insertId));
      }
      if (answer.length > MOST_ROWS) return reject(tooManyRows(MOST_ROWS));
      const rows = (answer as (Buffer | null)[][]).map(wireRow);
      const described = (fields as FieldPacket[]).map(wireField);
      resolve({ fields: described, ...(rows.length === 0 ? {} : { rows }) });
    });
  });
}
