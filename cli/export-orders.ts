/**
 * Writes orders as one JSON object a line or as CSV: one heading, quoted as RFC 4180 says, lines
 * end as on Unix, and what a spreadsheet would take for a formula gets an apostrophe. A file is
 * written under another name first and renamed at the end, so that what has the name is whole, and
 * one that has it already is left alone (but for one that appears in the moment of renaming).
 */
import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { OperatorOrder } from '../contract/operator.ts';
import { OperatorError } from './operator-client.ts';
import { showProgress } from './progress.ts';

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
  { format, file }: { format: ExportFormat; file: string | undefined },
): Promise<void> {
  if (file === undefined) {
    // Standard output stays open: it is not this command's to end.
    await pipeline(orders, encoder(format), process.stdout, { end: false });
    return;
  }
  refuseExisting(file);
  // Its own, so that two exports at once do not write into each other's.
  const unfinished = `${file}.${process.pid}.part`;
  const remove = () => rmSync(unfinished, { force: true });
  // Also when it is interrupted.
  process.once('exit', remove);
  const progress = showProgress('orders written:');
  try {
    await pipeline(counted(orders, progress.step), encoder(format), createWriteStream(unfinished));
    refuseExisting(file);
    renameSync(unfinished, file);
  } catch (error) {
    remove();
    if (error instanceof OperatorError || !(error instanceof Error)) throw error;
    throw new OperatorError(`${file} cannot be written: ${error.message}`, undefined, error);
  } finally {
    progress.end();
    process.off('exit', remove);
  }
}

async function* counted<Item>(items: AsyncIterable<Item>, count: () => void): AsyncGenerator<Item> {
  for await (const item of items) {
    count();
    yield item;
  }
}

function refuseExisting(file: string): void {
  if (existsSync(file)) throw new OperatorError(`${file} is there already; choose another --out`);
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
