/** The gateway's connections to its MariaDB, kept by the settings that were made in them. */
import { type Connection, createConnection } from 'mysql2';

export function createGatewayConnections(mariadb: string) {
  const idle = new Map<string, Connection[]>();
  const all = new Set<Connection>();

  return {
    async connectionWith(settings: readonly string[]): Promise<Connection> {
      const found = idle.get(settings.join(';'))?.pop();
      if (found !== undefined) return found;
      const connection = createConnection({ uri: mariadb, supportBigNumbers: true });
      all.add(connection);
      connection.on('error', () => {});
      for (const setting of settings) await ask(connection, setting);
      return connection;
    },
    giveBack(connection: Connection, settings: readonly string[]): void {
      const name = settings.join(';');
      idle.set(name, [...(idle.get(name) ?? []), connection]);
    },
    discard(connection: Connection): void {
      connection.destroy();
      all.delete(connection);
    },
    destroyAll(): void {
      for (const connection of all) connection.destroy();
    },
  };
}

export function ask(connection: Connection, sql: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    connection.query(sql, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}
