/**
 * How many columns of a terminal a text takes: two a character of East Asian writing and an emoji,
 * none a mark that stands on the one before. An estimate where fonts differ (Unicode, annex 11).
 */
import { stripVTControlCharacters } from 'node:util';

const NO_WIDTH = /[\p{M}\p{Cf}]/gu;
/** The half-width forms among them are as narrow as Latin letters. */
const WIDE =
  /(?![\uff61-\uffdf])[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{EPres}、-〾！-￦]/gu;

/** Of one line; colours take nothing. */
export function textWidth(text: string): number {
  const seen = stripVTControlCharacters(text).replace(NO_WIDTH, '');
  const wide = seen.match(WIDE)?.length ?? 0;
  return [...seen].length + wide;
}
