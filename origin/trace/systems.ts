/** What the backends are called in spans, by OpenTelemetry's names where it has one. */
import type { Config } from '../config.ts';

export interface TraceSystems {
  stock: string;
  log: string;
  book: string;
  /** The topic, or what stands for one. */
  destination: string;
}

type Urls = Pick<Config, 'STOCK_URL' | 'LOG_URL' | 'BOOK_URL' | 'LOG_PREFIX'>;

export function traceSystemsOf({ STOCK_URL, LOG_URL, BOOK_URL, LOG_PREFIX }: Urls): TraceSystems {
  const isKafka = LOG_URL.startsWith('kafka:');
  const embedded = LOG_URL === 'direct' ? 'direct' : 'sqlite';
  return {
    stock: STOCK_URL.startsWith('sqlite:') ? 'sqlite' : 'redis',
    log: isKafka ? 'kafka' : embedded,
    book: BOOK_URL.startsWith('sqlite:') ? 'sqlite' : 'mysql',
    destination: isKafka ? `${LOG_PREFIX}.orders` : 'orders',
  };
}
