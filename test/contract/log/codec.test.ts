/**
 * Log records: what was written is read again, what cannot be read is a value and never a throw,
 * and a buyer's lane is the same for ever.
 */
import { create, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeRecord,
  encodeBarrier,
  encodeReservations,
  LOG_VERSION,
  laneOf,
  type Reservation,
} from '../../../contract/log/codec.ts';
import {
  BarrierSchema,
  LogRecordSchema,
  ReservedBatchSchema,
} from '../../../contract/log/gen/records_pb.ts';
import { SEED } from '../seed.ts';

const check = { seed: SEED, numRuns: 1_000 };
const LANES = 4;

const RESERVATION: Reservation = {
  saleId: 'phone',
  epoch: 1,
  bucket: 0,
  orderId: 'q83vASNFZ4mrze8BI0VniQ',
  buyerId: 'user-4711',
  quantity: 2,
  seq: 7,
  reservedAtMs: 1_794_355_200_123,
};

/** RESERVATION as programs wrote it that knew of no traces. */
const OLDER_RECORD =
  '0801123b0a0570686f6e65100122300a167138337641534e465a346d727a6538424930566e6951120975' +
  '7365722d34373131180220072900b007787e1c7a42';

const reservation: fc.Arbitrary<Reservation> = fc.record({
  saleId: fc.constantFrom('phone', 'watch', '0'),
  epoch: fc.integer({ min: 1, max: 3 }),
  bucket: fc.integer({ min: 0, max: 2 }),
  orderId: fc.stringMatching(/^[A-Za-z0-9_-]{22}$/),
  buyerId: fc.stringMatching(/^[!-~]{1,64}$/),
  quantity: fc.integer({ min: 1, max: 100 }),
  seq: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  reservedAtMs: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
});

function encodeOne(change: Partial<Reservation> = {}): Uint8Array {
  const [record] = encodeReservations([{ ...RESERVATION, ...change }], LANES);
  return record?.value ?? new Uint8Array();
}

/** A record as some other program might write it. */
function foreignRecord(version: number, change: Partial<Reservation> = {}): Uint8Array {
  const { saleId, epoch, bucket, ...order } = { ...RESERVATION, ...change };
  const value = create(ReservedBatchSchema, { saleId, epoch, bucket, orders: [order] });
  return toBinary(
    LogRecordSchema,
    create(LogRecordSchema, { version, kind: { case: 'reserved', value } }),
  );
}

const unreadable = (reason: string) => ({ kind: 'unreadable', reason });

describe(`any reservations (SEED=${SEED})`, () => {
  test('are read as they were written, each once, grouped by sale and lane', () => {
    fc.assert(
      fc.property(fc.array(reservation, { minLength: 1, maxLength: 40 }), (reservations) => {
        const records = encodeReservations(reservations, LANES);
        const read = records.flatMap(({ key, value }) => {
          const decoded = decodeRecord(value);
          if (decoded.kind !== 'reserved') throw new Error(decoded.kind);
          for (const { saleId, buyerId } of decoded.reservations) {
            expect(key).toBe(`${saleId}/${laneOf(buyerId, LANES)}`);
          }
          return decoded.reservations;
        });
        expect(sorted(read)).toEqual(sorted(reservations));
      }),
      check,
    );
  });

  test('of one buyer keep their order', () => {
    const ofOneBuyer = reservation.map((each) => ({ ...each, ...buyerOf(RESERVATION) }));
    fc.assert(
      fc.property(fc.array(ofOneBuyer, { minLength: 2, maxLength: 20 }), (reservations) => {
        const records = encodeReservations(reservations, LANES);
        expect(records).toHaveLength(1);
        const decoded = decodeRecord(records[0]?.value ?? new Uint8Array());
        expect(decoded).toEqual({ kind: 'reserved', reservations });
      }),
      check,
    );
  });
});

describe(`what cannot be read is a value (SEED=${SEED})`, () => {
  test('random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const decoded = decodeRecord(bytes);
        expect(decoded.kind).toBe('unreadable');
      }),
      check,
    );
  });

  test('a record cut anywhere', () => {
    const whole = encodeOne();
    for (let length = 0; length < whole.length; length += 1) {
      expect(decodeRecord(whole.subarray(0, length)).kind, `${length} bytes`).toBe('unreadable');
    }
  });

  test('a record with a byte changed is read in full or not at all', () => {
    const whole = encodeOne();
    fc.assert(
      fc.property(
        fc.nat({ max: whole.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        (at, bits) => {
          const changed = whole.map((byte, index) => (index === at ? byte ^ bits : byte));
          const decoded = decodeRecord(changed);
          if (decoded.kind !== 'reserved') return;
          for (const each of decoded.reservations) expect(each.orderId).toHaveLength(22);
        },
      ),
      check,
    );
  });

  test.each([
    ['nothing', new Uint8Array(), 'unsupported-version'],
    ['text', Buffer.from('{"version":1}'), 'not-protobuf'],
    ['an older version', foreignRecord(LOG_VERSION - 1), 'unsupported-version'],
    ['a newer version', foreignRecord(LOG_VERSION + 1), 'unsupported-version'],
    [
      'a kind that is not known',
      toBinary(LogRecordSchema, create(LogRecordSchema, { version: LOG_VERSION })),
      'unknown-kind',
    ],
  ])('%s', (_name, bytes, reason) => {
    expect(decodeRecord(bytes)).toEqual(unreadable(reason));
  });

  test.each<Partial<Reservation>>([
    { saleId: 'Not a sale' },
    { saleId: '' },
    { epoch: 0 },
    { orderId: 'short' },
    { buyerId: '' },
    { buyerId: 'two words' },
    { quantity: 0 },
    { seq: 0 },
    { reservedAtMs: -1 },
    { reservedAtMs: 0.5 },
    { reservedAtMs: 2 ** 60 },
    { reservedAtMs: Number.NaN },
    { reservedAtMs: Number.POSITIVE_INFINITY },
  ])('invalid fields: %j', (change) => {
    expect(decodeRecord(foreignRecord(LOG_VERSION, change))).toEqual(unreadable('invalid'));
  });

  test('a batch without orders', () => {
    const value = create(ReservedBatchSchema, { saleId: 'phone', epoch: 1, bucket: 0 });
    const record = create(LogRecordSchema, {
      version: LOG_VERSION,
      kind: { case: 'reserved', value },
    });
    expect(decodeRecord(toBinary(LogRecordSchema, record))).toEqual(unreadable('invalid'));
  });

  test('one bad order among good ones', () => {
    const { saleId, epoch, bucket, ...order } = RESERVATION;
    const orders = [order, { ...order, quantity: 0 }];
    const value = create(ReservedBatchSchema, { saleId, epoch, bucket, orders });
    const record = create(LogRecordSchema, {
      version: LOG_VERSION,
      kind: { case: 'reserved', value },
    });
    expect(decodeRecord(toBinary(LogRecordSchema, record))).toEqual(unreadable('invalid'));
  });
});

describe('a barrier', () => {
  test('is read as it was written', () => {
    const barrier = { saleId: 'phone', epoch: 7 };
    expect(decodeRecord(encodeBarrier(barrier))).toEqual({ kind: 'barrier', barrier });
  });

  test.each([
    { saleId: 'Not a sale', epoch: 7 },
    { saleId: '', epoch: 7 },
    { saleId: 'phone', epoch: 0 },
  ])('that names no recovery is invalid: %j', (barrier) => {
    expect(decodeRecord(encodeBarrier(barrier))).toEqual(unreadable('invalid'));
  });

  test('of a version not known is refused', () => {
    const value = create(BarrierSchema, { saleId: 'phone', epoch: 7 });
    const kind = { case: 'barrier' as const, value };
    const record = create(LogRecordSchema, { version: LOG_VERSION + 1, kind });
    expect(decodeRecord(toBinary(LogRecordSchema, record))).toEqual(
      unreadable('unsupported-version'),
    );
  });
});

test('a field that a later program adds does not hide the rest', () => {
  // Field 15 of the record, length-delimited: what protobuf skips when it does not know it.
  const later = Buffer.concat([encodeOne(), Buffer.from([0x7a, 2, 1, 2])]);
  expect(decodeRecord(later)).toEqual({ kind: 'reserved', reservations: [RESERVATION] });
});

describe('lanes', () => {
  test('are fixed for ever', () => {
    expect(['user-1', 'user-2', 'user-3', 'a', '~'].map((buyer) => laneOf(buyer, 4))).toEqual([
      0, 1, 2, 0, 1,
    ]);
  });

  test('spread buyers evenly', () => {
    const counts = new Array<number>(LANES).fill(0);
    for (let index = 0; index < 8_000; index += 1) {
      const lane = laneOf(`buyer-${index}`, LANES);
      counts[lane] = (counts[lane] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 2_000)).toBeLessThan(250);
  });
});

function sorted(reservations: readonly Reservation[]): string[] {
  return reservations.map((each) => JSON.stringify(Object.entries(each).sort())).sort();
}

function buyerOf({ saleId, epoch, bucket, buyerId }: Reservation) {
  return { saleId, epoch, bucket, buyerId };
}

describe('the context of a sampled order', () => {
  const traceparent = `00-${'a1'.repeat(16)}-${'b2'.repeat(8)}-01`;
  const other = 'q83vASNFZ4mrze8BI0VniR';

  test('is beside its order, and on the record for tools that read no further', () => {
    const sampled = { ...RESERVATION, orderId: other, traceparent };
    const [record] = encodeReservations([RESERVATION, sampled], 1);
    expect(record?.traceparent).toBe(traceparent);
    const read = decodeRecord(record?.value ?? new Uint8Array());
    expect(read).toEqual({ kind: 'reserved', reservations: [RESERVATION, sampled] });
  });

  test('costs a record of orders that are not sampled nothing', () => {
    const [record] = encodeReservations([RESERVATION], 1);
    expect(record).not.toHaveProperty('traceparent');
    expect(record?.value.length).toBe(encodeOne().length);
    expect(record?.value.length).toBeLessThan(encodeOne({ traceparent }).length);
  });

  test.each([['', '00-x-y-01', traceparent.replace(/1$/, '0'), 'a\u0000'.repeat(99)]].flat())(
    'that is none, %j, is left out, and its order is read all the same',
    (none) => {
      const read = decodeRecord(encodeOne({ traceparent: none }));
      expect(read).toEqual({ kind: 'reserved', reservations: [RESERVATION] });
    },
  );

  test('is skipped by a program that does not know the field, as any such field is', () => {
    // One more of an order, number 7; what is around it is three bytes longer.
    const longer = OLDER_RECORD.replace('123b', '123e').replace('2230', '2233');
    const newer = Buffer.from(`${longer}3a0178`, 'hex');
    expect(decodeRecord(newer)).toEqual({ kind: 'reserved', reservations: [RESERVATION] });
  });

  test('is not there in what older programs wrote, byte for byte', () => {
    const older = Buffer.from(OLDER_RECORD, 'hex');
    expect(decodeRecord(older)).toEqual({ kind: 'reserved', reservations: [RESERVATION] });
    expect(Buffer.from(encodeOne()).toString('hex')).toBe(OLDER_RECORD);
  });
});
