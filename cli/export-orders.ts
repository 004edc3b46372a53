/**
 * Writes orders as CSV (RFC 4180, one heading) or as one JSON object a line. A file is written
 * under another name first and renamed at the end, so that what has the name is whole; one that is
 * there already is never overwritten.
 */
import { createWriteStream, existsSync, renameSync } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { OperatorOrder } from '../contract/operator.ts';
import { OperatorError } from './operator-client.ts';

export type ExportFormat = 'csv' | 'jsonl';

const COLUMNS = [
  'orderId',
  'saleId',
  'buyerId',
  'quantity',
  'state',
  'reason',
  'closedBy',
  'payment',
  'settledAt',
  'payBefore',
] as const satisfies (keyof OperatorOrder)[];

export async function writeOrders(
  orders: AsyncIterable<OperatorOrder>,
  { format, file }: { format: ExportFormat; file?: string },
): Promise<void> {
  if (file === undefined) {
    // Standard output stays open: it is not this command's to end.
    await pipeline(orders, encoder(format), process.stdout, { end: false });
    return;
  }
  if (existsSync(file)) throw new OperatorError(`${file} is there already; choose another --out`);
  const unfinished = `${file}.part`;
  await pipeline(orders, encoder(format), createWriteStream(unfinished));
  renameSync(unfinished, file);
}

function encoder(format: ExportFormat): Transform {
  if (format === 'csv') {
    return stringify({ header: true, columns: [...COLUMNS], escape_formulas: true });
  }
  return new Transform({
    writableObjectMode: true,
    transform(order, _encoding, done) {
      done(null, `${JSON.stringify(order)}\n`);
    },
  });
}
