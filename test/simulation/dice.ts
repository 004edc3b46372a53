/**
 * The one source of chance of a simulated world: a seed gives the same numbers on every machine.
 * Each part of the world throws dice of its own, made from the seed and the part's name, so that
 * one more throw here does not change what happens there.
 */
import type { Random } from '../../contract/random.ts';

export interface Dice {
  /** In [0, 1). */
  fraction(): number;
  /** True with this chance, 0 to 1. */
  chance(of: number): boolean;
  /** Whole, from `least` to `most`, both included. */
  whole(least: number, most: number): number;
  pick<Item>(items: readonly Item[]): Item;
  /** Undefined when there is nothing to pick from. */
  pickMaybe<Item>(items: readonly Item[]): Item | undefined;
  /** By weight; an item of weight 0 is never picked. */
  pickBy<Item>(items: readonly (readonly [item: Item, weight: number])[]): Item;
  /** The same numbers as the product's chance. */
  random: Random;
}

export function createDice(seed: number, name: string): Dice {
  const next = sfc32(seed, hashOf(name));
  const fraction = () => next() / 2 ** 32;
  const whole = (least: number, most: number) =>
    least + Math.floor(fraction() * (most - least + 1));
  return {
    fraction,
    whole,
    chance: (of) => fraction() < of,
    pick: (items) => at(items, whole(0, items.length - 1)),
    pickMaybe: (items) => (items.length === 0 ? undefined : at(items, whole(0, items.length - 1))),
    pickBy(items) {
      let left = fraction() * items.reduce((sum, [, weight]) => sum + weight, 0);
      const found = items.find(([, weight]) => {
        left -= weight;
        return left < 0;
      });
      return (found ?? at(items, items.length - 1))[0];
    },
    random: {
      fraction,
      bytes: (count) => Uint8Array.from({ length: count }, () => next() & 0xff),
    },
  };
}

function at<Item>(items: readonly Item[], index: number): Item {
  if (index >= items.length) throw new RangeError('nothing to pick from');
  return items[index] as Item;
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** Chris Doty-Humphrey's Small Fast Counter: 32-bit numbers, passes PractRand. */
function sfc32(seed: number, stream: number): () => number {
  let [a, b, c, counter] = [seed | 0, stream | 0, 0x9e3779b9 | 0, 1];
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let round = 0; round < 15; round += 1) next();
  return next;
}
