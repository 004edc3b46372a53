/**
 * What somebody may have meant who typed a name that is not known: the nearest ones first, by how
 * many letters would have to change (two neighbours that changed places count as one).
 */

/** More would hide the one that was meant. */
const MOST_NAMES = 8;
/** Of all letters; a name that differs in more of them is another name. */
const SIMILAR_SHARE = 0.4;

export interface WrongName {
  wrong: string;
  known: readonly string[];
  /** What to say when nothing is known at all. */
  none: string;
}

/** Such as `did you mean phone? known: phone, tablet`. */
export function knownNames({ wrong, known, none }: WrongName): string {
  if (known.length === 0) return none;
  const byDistance = known
    .map((name) => ({ name, distance: distanceOf(wrong, name) }))
    .sort((one, other) => one.distance - other.distance);
  const [nearest] = byDistance;
  const names = byDistance.slice(0, MOST_NAMES).map(({ name }) => name);
  const more = known.length - names.length;
  const list = `known: ${names.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
  if (nearest === undefined || nearest.distance > wrong.length * SIMILAR_SHARE) return list;
  return `did you mean ${nearest.name}? ${list}`;
}

/** Damerau and Levenshtein's, in the form where no part is changed twice (optimal alignment). */
export function distanceOf(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, index) => index)];
  for (let row = 1; row <= one.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      const swapped =
        row > 1 &&
        column > 1 &&
        one[row - 1] === other[column - 2] &&
        one[row - 2] === other[column - 1];
      line.push(
        Math.min(
          (line[column - 1] ?? 0) + 1,
          (rows[row - 1]?.[column] ?? 0) + 1,
          (rows[row - 1]?.[column - 1] ?? 0) + (same ? 0 : 1),
          swapped ? (rows[row - 2]?.[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    rows.push(line);
  }
  return rows[one.length]?.[other.length] ?? 0;
}
