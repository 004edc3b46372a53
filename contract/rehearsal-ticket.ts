/**
 * What lets synthetic buyers through the edge: a ticket that the origin signs for one rehearsal and
 * until it ends, by a key derived from the pass keys, so that it needs no secret of its own and no
 * pass is good as one. Its holder adds the number of the buyer to be. It is good for paths of that
 * very sale, which has no path that pays.
 *
 * On the wire: `Authorization: Rehearsal v1.<saleId>.<endsAtMs>.<signature>.<number>`.
 */
import { fromBase64Url, toBase64Url } from './base64url.ts';
import { equalInConstantTime, type Hashing } from './hashing.ts';
import type { PassKey } from './pass.ts';
import { isRehearsal } from './sale.ts';

const LABEL = 'sluice rehearsal ticket v1';
export const TICKET_SCHEME = 'Rehearsal ';
const TICKET =
  /^Rehearsal (v1\.([a-z0-9][a-z0-9-]{0,31})\.([1-9]\d{0,14}))\.([A-Za-z0-9_-]{43})\.(\d{1,9})$/;

export interface TicketBuyer {
  saleId: string;
  /** Begins with the sale's id, so that it is nobody's in another sale. */
  buyerId: string;
}

export interface RehearsalTickets {
  sign(saleId: string, endsAtMs: number): string;
  /** Undefined for whatever is not a ticket of ours, or past its end. */
  read(authorization: string, nowMs: number): TicketBuyer | undefined;
}

/** Throws a RangeError when there is no key; the first signs, all are good. */
export function createRehearsalTickets(
  hashing: Hashing,
  passKeys: readonly PassKey[],
): RehearsalTickets {
  const hashes = passKeys.map(({ secret }) => hashing.keyedHash(hashing.keyedHash(secret)(LABEL)));
  const [signing] = hashes;
  if (signing === undefined) throw new RangeError('a ticket needs at least one key');
  return {
    sign(saleId, endsAtMs) {
      const text = `v1.${saleId}.${endsAtMs}`;
      return `${text}.${toBase64Url(signing(text))}`;
    },
    read(authorization, nowMs) {
      const match = TICKET.exec(authorization);
      const [, text = '', saleId = '', endsAtMs = '', signed = '', number = ''] = match ?? [];
      const signature = fromBase64Url(signed);
      if (!isRehearsal(saleId) || signature === undefined) return undefined;
      if (!hashes.some((keyed) => equalInConstantTime(keyed(text), signature))) return undefined;
      if (nowMs >= Number(endsAtMs)) return undefined;
      return { saleId, buyerId: `${saleId}.${number}` };
    },
  };
}

/** What a synthetic buyer sends as `authorization`. */
export function ticketOf(ticket: string, buyer: number): string {
  return `${TICKET_SCHEME}${ticket}.${buyer}`;
}
