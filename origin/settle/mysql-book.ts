/** OrderBook on MySQL 8 and MariaDB 10.11 or later, over a socket. */
import type { Random } from '../../contract/random.ts';
import type { TlsMaterial } from '../connection-security.ts';
import type { OrderBook } from './book.ts';
import { createBookOver } from './book-over-mysql.ts';
import { createMysqlConnections } from './mysql2-connections.ts';

export interface MysqlBookOptions {
  /** `mysql://user:password@host:port/database` */
  url: string;
  tls?: TlsMaterial | undefined;
  random: Random;
}

export function createMysqlBook({ url, tls, random }: MysqlBookOptions): OrderBook {
  return createBookOver(createMysqlConnections(url, tls), random);
}
