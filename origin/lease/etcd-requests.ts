/**
 * What is asked of etcd, as its JSON gateway spells it, and what is read of the answers. Lease ids
 * stay texts: they have 64 bits. Revisions count writes, and stay below 2^53 for longer than any
 * disk lives.
 */
import { z } from 'zod';
import type { EtcdClient } from './etcd-client.ts';

const KEY_VALUE = z.object({
  key: z.string().transform(fromBase64),
  value: z.string().default('').transform(fromBase64),
  create_revision: z.coerce.number().default(0),
  mod_revision: z.coerce.number().default(0),
  lease: z.string().default('0'),
});
const KEY_VALUES = z.array(KEY_VALUE).default([]);
const TRANSACTED = z.object({
  header: z.object({ revision: z.coerce.number() }),
  succeeded: z.boolean().default(false),
  responses: z
    .array(
      z.object({
        response_range: z.object({ kvs: KEY_VALUES }).optional(),
        response_delete_range: z.object({ prev_kvs: KEY_VALUES }).optional(),
      }),
    )
    .default([]),
});
const GRANTED = z.object({ ID: z.string() });
const KEPT = z.object({ result: z.object({ TTL: z.coerce.number().default(0) }) });

export type EtcdKey = z.infer<typeof KEY_VALUE>;

export interface Transacted {
  succeeded: boolean;
  /** The store's, and that of all that was written. */
  revision: number;
  /** Keys that each operation read or deleted. */
  found: EtcdKey[][];
}

export async function transact(
  etcd: EtcdClient,
  transaction: { compare?: object[]; success: object[]; failure?: object[] },
): Promise<Transacted> {
  const answer = TRANSACTED.parse(await etcd.ask('kv/txn', transaction));
  return {
    succeeded: answer.succeeded,
    revision: answer.header.revision,
    found: answer.responses.map(
      ({ response_range, response_delete_range }) =>
        response_range?.kvs ?? response_delete_range?.prev_kvs ?? [],
    ),
  };
}

/** Lives for whole seconds, and no shorter than etcd's own least (2 s by default). */
export async function grantLease(etcd: EtcdClient, ttlMs: number): Promise<string> {
  return GRANTED.parse(await etcd.ask('lease/grant', { TTL: secondsOf(ttlMs) })).ID;
}

/** Lives anew for its whole time, which is answered in seconds; 0 when it was over. */
export async function keepLeaseAlive(etcd: EtcdClient, id: string): Promise<number> {
  return KEPT.parse(await etcd.ask('lease/keepalive', { ID: id })).result.TTL;
}

/** Nobody waits for it: what is not revoked ends by itself. */
export async function revokeLease(etcd: EtcdClient, id: string | undefined): Promise<void> {
  if (id === undefined || id === '0') return;
  await etcd.ask('lease/revoke', { ID: id }).catch(() => undefined);
}

export function secondsOf(ttlMs: number): number {
  return Math.ceil(ttlMs / 1_000);
}

export const put = (key: string, value: string, lease?: string) => ({
  request_put: {
    key: base64(key),
    value: base64(value),
    ...(lease === undefined ? {} : { lease }),
  },
});

/** Answers with what it deleted. */
export const remove = (key: string) => ({
  request_delete_range: { key: base64(key), prev_kv: true },
});

export const read = (key: string) => ({ request_range: { key: base64(key) } });

/** The first, or the last, of the keys that begin so, in the order in which they were made. */
export function readOne(prefix: string, which: 'first' | { lastBefore: number }) {
  const isFirst = which === 'first';
  return {
    request_range: {
      ...allUnder(prefix),
      sort_target: 'CREATE',
      sort_order: isFirst ? 'ASCEND' : 'DESCEND',
      limit: '1',
      ...(isFirst ? {} : { max_create_revision: String(which.lastBefore - 1) }),
    },
  };
}

export const isMissing = (key: string) => ({
  key: base64(key),
  target: 'CREATE',
  result: 'EQUAL',
  create_revision: '0',
});

/** The last write to it was this one. */
export const isAsWritten = (key: string, revision: number) => ({
  key: base64(key),
  target: 'MOD',
  result: 'EQUAL',
  mod_revision: String(revision),
});

/** Also false when there is no such key. */
export const holds = (key: string, value: string) => ({
  key: base64(key),
  target: 'VALUE',
  result: 'EQUAL',
  value: base64(value),
});

/** No key under the prefix was made earlier; false when there is none at all. */
export const isNoneBefore = (prefix: string, revision: number) => ({
  ...allUnder(prefix),
  target: 'CREATE',
  result: 'GREATER',
  create_revision: String(revision - 1),
});

export const isEmpty = (prefix: string) => ({
  ...allUnder(prefix),
  target: 'CREATE',
  result: 'EQUAL',
  create_revision: '0',
});

export function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** A prefix ends with a slash; what comes after it in the order of bytes is `0`. */
function allUnder(prefix: string) {
  return { key: base64(prefix), range_end: base64(`${prefix.slice(0, -1)}0`) };
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}
