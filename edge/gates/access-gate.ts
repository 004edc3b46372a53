/**
 * The gate of the invited: whom the operator blocked does not buy, and in a sale that is not for
 * everybody only those who are listed or have a code of it. Decided by the isolate's own list
 * (edge/access-lists.ts), without a call. A code may be used by anybody who has it, as often as
 * there are buyers; once per buyer holds all the same.
 */
import { type AccessHash, type AccessList, hasHash } from '../../contract/access.ts';
import type { Refusal } from '../../contract/outcomes.ts';

export interface KnownList {
  list: AccessList;
  hashOf: AccessHash;
}

interface Caller {
  buyerId: string;
  presaleCode: string | null;
}

/** A code is at most so long; a longer one is not worth the hashing. */
const MAX_CODE_LENGTH = 64;

/** Undefined lets the request through. */
export function accessGate({ list, hashOf }: KnownList, caller: Caller): Refusal | undefined {
  const { mode, allow, block, code } = list;
  const { buyerId, presaleCode } = caller;
  const isOn = (sorted: string, kind: 'allow' | 'block') =>
    sorted !== '' && hasHash(sorted, hashOf(kind, buyerId));
  if (isOn(block, 'block')) return refused('the shop does not admit this buyer');
  switch (mode) {
    case 'everybody':
      return undefined;
    case 'listed':
      return isOn(allow, 'allow') ? undefined : refused('this buyer is not on the list');
    case 'code':
      if (isGood(presaleCode, (text) => hasHash(code, hashOf('code', text)))) return undefined;
      if (isOn(allow, 'allow')) return undefined;
      return refused(
        presaleCode === null
          ? 'a code is needed, in the header Presale-Code'
          : 'this code is not one of the sale',
      );
  }
}

function isGood(presaleCode: string | null, isKnown: (text: string) => boolean): boolean {
  const isPlausible = presaleCode !== null && presaleCode.length <= MAX_CODE_LENGTH;
  return isPlausible && isKnown(presaleCode);
}

function refused(reason: string): Refusal {
  return { kind: 'not-invited', reason };
}
