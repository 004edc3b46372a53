/**
 * The port to a MySQL database on PlanetScale, over HTTP: sessions are lent to one at a time, each
 * statement is one POST (planetscale-session.ts). What needs no transaction goes beside it, at the
 * same time.
 */
import { connect } from '@planetscale/database';
import type { Clock } from '../../contract/clock.ts';
import { loadStatement } from '../statements.ts';
import type { MysqlConnections, MysqlSession, Part, Result } from './mysql-connections.ts';
import { createPost, loginOf } from './planetscale-post.ts';
import {
  createPlanetscaleSession,
  onlyReads,
  type PlanetscaleSession,
  post,
} from './planetscale-session.ts';
import { createSessions } from './planetscale-sessions.ts';
import { castValue } from './planetscale-values.ts';

/** Settling needs one, the rest a few; the server has a limit of transactions at once. */
const MAX_SESSIONS = 10;
/** Each is a request on its way; at 20 ms a round trip that is 2,500 reads a second. */
const MAX_READERS = 50;

const statement = (name: string) =>
  loadStatement(new URL(`./sql/mysql/${name}.sql`, import.meta.url));
/** They need not be in the transaction that they are sent with. */
const BESIDE: ReadonlySet<string> = new Set([statement('select-now'), statement('select-windows')]);

export interface PlanetscaleOptions {
  /** `https://user:password@host` */
  url: string;
  clock: Clock;
}

export function createPlanetscaleConnections({ url, clock }: PlanetscaleOptions): MysqlConnections {
  const login = loginOf(url);
  const config = { url: login.origin, fetch: createPost(login), cast: castValue };
  // The client writes into the configuration that it is given.
  const open = () => connect({ ...config });
  const sessions = createSessions<PlanetscaleSession>({
    open: () => createPlanetscaleSession(open(), login.host, clock),
    clock,
    most: MAX_SESSIONS,
  });
  const readers = createSessions({ open, clock, most: MAX_READERS });

  /**
   * In a session without settings: a read needs none. It is kept, since what stands in for the
   * service may hold a connection for each.
   */
  async function read(part: Part): Promise<Result> {
    const connection = await readers.lend();
    let state: 'whole' | 'broken' = 'broken';
    try {
      const result = await post(connection, login.host, part);
      state = 'whole';
      return result;
    } finally {
      readers.giveBack(connection, state);
    }
  }

  async function exchange(session: PlanetscaleSession, parts: readonly Part[]): Promise<Result[]> {
    const isBeside = ([text]: Part) => parts.length > 1 && BESIDE.has(text);
    const beside = parts.map((part) => (isBeside(part) ? read(part) : undefined));
    // Whoever fails first is told below; the others must not be forgotten meanwhile.
    const settled = Promise.allSettled(beside);
    const results: (Result | Promise<Result>)[] = [];
    try {
      for (const [index, part] of parts.entries()) {
        results.push(beside[index] ?? (await session.send(part)));
      }
    } finally {
      await settled;
    }
    return Promise.all(results);
  }

  async function use<Value>(work: (session: MysqlSession) => Promise<Value>): Promise<Value> {
    const session = await sessions.lend();
    try {
      await session.prepare();
      const value = await work({ exchange: (...parts) => exchange(session, parts) });
      sessions.giveBack(session, session.isInTransaction() ? 'broken' : 'whole');
      return value;
    } catch (error) {
      sessions.giveBack(session, (await session.undo(error)) ? 'whole' : 'broken');
      throw error;
    }
  }

  return {
    use,
    ask(...parts) {
      if (parts.every(onlyReads)) return Promise.all(parts.map(read));
      return use((session) => session.exchange(...parts));
    },
    async close() {
      // A session is nothing but a value here; a server forgets those that nobody sends.
    },
  };
}
