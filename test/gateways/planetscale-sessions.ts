/**
 * What the gateway keeps of sessions. A session is a signed value that goes back and forth; it
 * carries the settings made in it and the number of its transaction. Only a transaction has a
 * connection of its own; other statements run on whichever connection has the session's settings.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { Connection } from 'mysql2';
import { createTransactions } from './planetscale-transactions.ts';
import { createGatewayConnections } from './planetscale-upstream.ts';

export interface VitessSession {
  autocommit: boolean;
  inTransaction?: boolean;
  systemVariables: string[];
  transactionId?: string;
  sessionUUID: string;
}

export interface SessionValue {
  signature: string;
  vitessSession: VitessSession;
}

export interface GatewaySessionsOptions {
  /** `mysql://user:password@host:port/database` */
  mariadb: string;
  transactionLimitMs: number;
}

export function createGatewaySessions({ mariadb, transactionLimitMs }: GatewaySessionsOptions) {
  const key = randomBytes(32);
  const upstream = createGatewayConnections(mariadb);
  const transactions = createTransactions(upstream, transactionLimitMs);
  const signatureOf = (session: object) =>
    createHmac('sha256', key).update(JSON.stringify(session)).digest('base64');

  return {
    /** Undefined when it was not made here. */
    read(value: unknown): VitessSession | undefined {
      const { signature, vitessSession } = (value ?? {}) as Partial<SessionValue>;
      if (vitessSession === undefined) return undefined;
      return signature === signatureOf(vitessSession) ? vitessSession : undefined;
    },
    sign: (session: VitessSession): SessionValue => ({
      signature: signatureOf(session),
      vitessSession: session,
    }),
    fresh: (): VitessSession => ({
      autocommit: true,
      systemVariables: [],
      sessionUUID: crypto.randomUUID(),
    }),
    async begin(session: VitessSession): Promise<VitessSession> {
      const transactionId = await transactions.begin(session.systemVariables);
      return { ...session, inTransaction: true, transactionId };
    },
    /** Lends the connection of the session's transaction, or one with its settings. */
    async on<Value>(
      { transactionId, systemVariables }: VitessSession,
      work: (connection: Connection) => Promise<Value>,
    ): Promise<Value> {
      if (transactionId !== undefined) return transactions.run(transactionId, work);
      const connection = await upstream.connectionWith(systemVariables);
      try {
        return await work(connection);
      } finally {
        upstream.giveBack(connection, systemVariables);
      }
    },
    async end(session: VitessSession, how: 'COMMIT' | 'ROLLBACK'): Promise<VitessSession> {
      const { transactionId, inTransaction: _, ...after } = session;
      if (transactionId !== undefined) await transactions.end(transactionId, how);
      return after;
    },
    openTransactions: () => transactions.count(),
    close() {
      transactions.close();
      upstream.destroyAll();
    },
  };
}
