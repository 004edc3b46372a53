/**
 * Reservations to the bytes of a log record and back. Encoding groups by sale and lane, since the
 * lane is the record's key: a buyer's events stay in order, and no two lanes touch the same buyer's
 * rows. A barrier is a record without orders, one in each partition. Decoding never throws: what
 * cannot be read is a value that says why, and goes to the dead letters.
 */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { z } from 'zod';
import { buyerIdSchema, orderIdSchema, saleIdSchema } from '../ids.ts';
import { parseTraceparent } from '../trace-context.ts';
import {
  type Barrier,
  BarrierSchema,
  type LogRecord,
  LogRecordSchema,
  type ReservedBatch,
  ReservedBatchSchema,
} from './gen/records_pb.ts';

/** The version this program writes, and the oldest that it still reads. */
export const LOG_VERSION = 1;
const OLDEST_READABLE_VERSION = 1;

/** What the reserve script decided, as the log carries it. */
export interface Reservation {
  saleId: string;
  epoch: number;
  bucket: number;
  orderId: string;
  buyerId: string;
  quantity: number;
  /** Counts the reservations of a bucket in an epoch, from 1. */
  seq: number;
  reservedAtMs: number;
  /** Where the order's trace goes on; missing unless it is sampled. */
  traceparent?: string;
}

/** Names a recovery: what a sale's stock waits for before it is made from the book. */
export interface LogBarrier {
  saleId: string;
  /** The epoch that begins with it. */
  epoch: number;
}

export interface EncodedRecord {
  /** `<saleId>/<lane>`: decides the partition. */
  key: string;
  value: Uint8Array;
  /** Of the first order in it that has one, for tools that look no further than headers. */
  traceparent?: string;
}

export type DecodedRecord =
  | { kind: 'reserved'; reservations: Reservation[] }
  | { kind: 'barrier'; barrier: LogBarrier }
  | {
      kind: 'unreadable';
      reason: 'not-protobuf' | 'unsupported-version' | 'unknown-kind' | 'invalid';
    };

const reservationSchema = z.object({
  saleId: saleIdSchema,
  epoch: z.int().min(1),
  bucket: z.int().min(0),
  orderId: orderIdSchema,
  buyerId: buyerIdSchema,
  quantity: z.int().min(1),
  seq: z.int().min(1),
  reservedAtMs: z.int().min(0),
});

const barrierSchema = z.object({ saleId: saleIdSchema, epoch: z.int().min(1) });

export function encodeReservations(
  reservations: readonly Reservation[],
  lanes: number,
): EncodedRecord[] {
  const groups = new Map<string, Reservation[]>();
  for (const reservation of reservations) {
    const { saleId, epoch, bucket, buyerId } = reservation;
    const group = `${saleId}/${laneOf(buyerId, lanes)}\n${epoch}/${bucket}`;
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [reservation]);
    else members.push(reservation);
  }
  return Array.from(groups, ([group, members]) => {
    const traceparent = members.find((member) => member.traceparent !== undefined)?.traceparent;
    return {
      key: group.slice(0, group.indexOf('\n')),
      value: encodeGroup(members),
      ...(traceparent === undefined ? {} : { traceparent }),
    };
  });
}

function encodeGroup(members: Reservation[]): Uint8Array {
  const [first] = members;
  if (first === undefined) throw new RangeError('a record holds at least one reservation');
  const { saleId, epoch, bucket } = first;
  const value = create(ReservedBatchSchema, { saleId, epoch, bucket, orders: members });
  return encodeRecord({ case: 'reserved', value });
}

/** The same bytes in every partition; placed by the log, so it has no key. */
export function encodeBarrier({ saleId, epoch }: LogBarrier): Uint8Array {
  return encodeRecord({ case: 'barrier', value: create(BarrierSchema, { saleId, epoch }) });
}

function encodeRecord(kind: LogRecord['kind']): Uint8Array {
  return toBinary(LogRecordSchema, create(LogRecordSchema, { version: LOG_VERSION, kind }));
}

export function decodeRecord(value: Uint8Array): DecodedRecord {
  let record: LogRecord;
  try {
    record = fromBinary(LogRecordSchema, value);
  } catch {
    return { kind: 'unreadable', reason: 'not-protobuf' };
  }
  if (record.version < OLDEST_READABLE_VERSION || record.version > LOG_VERSION) {
    return { kind: 'unreadable', reason: 'unsupported-version' };
  }
  switch (record.kind.case) {
    case 'reserved':
      return readBatch(record.kind.value);
    case 'barrier':
      return readBarrier(record.kind.value);
    case undefined:
      return { kind: 'unreadable', reason: 'unknown-kind' };
  }
}

function readBatch({ saleId, epoch, bucket, orders }: ReservedBatch): DecodedRecord {
  const reservations = orders.map((order): Reservation => {
    const { orderId, buyerId, quantity, seq, reservedAtMs, traceparent } = order;
    const read = { saleId, epoch, bucket, orderId, buyerId, quantity, seq, reservedAtMs };
    if (traceparent === '') return read;
    // One that is none is left out: no order is unreadable because its trace is lost.
    return parseTraceparent(traceparent) === undefined ? read : { ...read, traceparent };
  });
  const valid = reservations.length > 0 && reservations.every(isReservation);
  return valid ? { kind: 'reserved', reservations } : { kind: 'unreadable', reason: 'invalid' };
}

function isReservation(value: Reservation): boolean {
  return reservationSchema.safeParse(value).success;
}

function readBarrier({ saleId, epoch }: Barrier): DecodedRecord {
  const barrier = { saleId, epoch };
  const valid = barrierSchema.safeParse(barrier).success;
  return valid ? { kind: 'barrier', barrier } : { kind: 'unreadable', reason: 'invalid' };
}

/**
 * FNV-1a over the buyer's characters; stable for ever, since it decides where a buyer's events lie.
 */
export function laneOf(buyerId: string, lanes: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < buyerId.length; index += 1) {
    hash = Math.imul(hash ^ buyerId.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % lanes;
}
