/**
 * What PlanetScale's client throws, as the book knows errors: with MySQL's own number where there
 * is one. Vitess writes it behind MySQL's words, `… (errno 1213) (sqlstate 40001) …`, and the
 * statement with its values behind that; a message may also repeat a value before it. So the first
 * number counts, a duplicate key is known by its first words, and what follows is cut off: a
 * buyer's name cannot pose as an error, nor get into a log.
 */
import { DatabaseError } from '@planetscale/database';
import { DUPLICATE_KEY, toBookError } from './mysql-errors.ts';
import { PlanetscaleUnansweredError } from './planetscale-post.ts';

/** What Vitess puts before MySQL's words. Nothing of it comes from a client. */
const TABLET = /^(?:target: \S+: )?(?:vttablet: )?(?:rpc error: code = \w+ desc = )?/i;
/** Drivers of other languages put the number in front of MySQL's words. */
const IN_FRONT = /^error (\d{4}) \((\w{5})\): /i;
/** Simulators of the service put the state in quotes, or each part on a line of its own. */
const NUMBERED = /^([\s\S]*?\(errno (\d+)\)(?:\s*\(sqlstate '?(\w{5})'?\))?)/;
/** MySQL's first words of what the book acts on, should nobody say the number. */
const FIRST_WORDS: readonly (readonly [begins: RegExp, errno: number, sqlState: string])[] = [
  [/^duplicate entry '/i, DUPLICATE_KEY, '23000'],
  [/^deadlock found when trying to get lock/i, 1213, '40001'],
  [/^lock wait timeout exceeded/i, 1205, 'HY000'],
  [/^record has changed since last read/i, 1020, 'HY000'],
  [/^data too long for column /i, 1406, '22001'],
  [/^out of range value for column /i, 1264, '22003'],
  [/^column '\w+' cannot be null/i, 1048, '23000'],
  [/^check constraint '\w+' is violated/i, 3819, 'HY000'],
  [/^constraint `\w+` failed/i, 4025, '23000'],
  [/^table '[^']*' doesn't exist/i, 1146, '42S02'],
  [/^duplicate column name '/i, 1060, '42S21'],
  [/^duplicate key name '/i, 1061, '42000'],
];
/** Its own words, when a branch takes changes to its tables by deploy request only. */
const SCHEMA_IS_FROZEN = /^direct DDL is disabled/i;
const MOST_CHARACTERS = 300;

/** The server answered that it did not do what it was asked to. */
export class PlanetscaleError extends Error {
  readonly code: string;
  /** MySQL's, unless Vitess itself refused. */
  readonly errno: number | undefined;
  readonly sqlState: string | undefined;

  constructor(message: string, known: { code: string; errno?: number; sqlState?: string }) {
    super(message);
    this.code = known.code;
    this.errno = known.errno;
    this.sqlState = known.sqlState;
  }
}

/** The error that the book throws for what the client threw. */
export function toPlanetscaleError(error: unknown, host: string): unknown {
  if (error instanceof PlanetscaleUnansweredError) return error;
  if (!(error instanceof DatabaseError)) return unreadable(host, error);
  const { status, message, body } = error;
  const code = String(body?.code ?? 'UNKNOWN');
  if (status === 401 || status === 403 || /^unauthenticated$/i.test(code)) {
    return new PlanetscaleError(`the book at ${host} refuses the user or the password`, {
      code: 'book-login',
    });
  }
  const ofMysql = numbered(message, code);
  if (ofMysql !== undefined) return toBookError(ofMysql);
  if (message === '' || (code === 'UNKNOWN' && message.includes(`HTTP ${status}`))) {
    return new PlanetscaleUnansweredError(
      `the book at ${host} answers HTTP ${status}`,
      `http-${status}`,
    );
  }
  if (status === 429 || status >= 500) {
    const shown = `the book at ${host} answers HTTP ${status}: ${shortened(message)}`;
    return new PlanetscaleUnansweredError(shown, `http-${status}`);
  }
  return new PlanetscaleError(shortened(message), { code });
}

/** What answered is none of the wire format. */
export function unreadable(host: string, cause: unknown): PlanetscaleUnansweredError {
  const message = `the book at ${host} gave an answer that cannot be read`;
  return new PlanetscaleUnansweredError(message, 'bad-answer', { cause });
}

/** Whether the branch takes no change to its tables from a program. */
export function isSchemaFrozen(error: unknown): boolean {
  return error instanceof Error && SCHEMA_IS_FROZEN.test(wordsOf(error.message));
}

/** Whether the session may be used once more: MySQL's own errors leave it as it was. */
export function leavesSessionUsable(error: unknown): boolean {
  if (error instanceof PlanetscaleUnansweredError) return false;
  return !(error instanceof PlanetscaleError) || error.errno !== undefined;
}

/** The error as MySQL numbers it; undefined when it is none of MySQL's. */
function numbered(message: string, code: string): PlanetscaleError | undefined {
  const [, words = message, behind, stateBehind] = NUMBERED.exec(message) ?? [];
  const [, front, frontState] = IN_FRONT.exec(message.replace(TABLET, '')) ?? [];
  const known = FIRST_WORDS.find(([begins]) => begins.test(wordsOf(message)));
  const [, knownErrno, knownState] = known ?? [];
  const errno = knownErrno ?? Number(front ?? behind);
  if (Number.isNaN(errno)) return undefined;
  const sqlState = knownState ?? frontState ?? stateBehind ?? '';
  return new PlanetscaleError(shortened(words), { code, errno, sqlState });
}

/** MySQL's own, from their beginning. */
function wordsOf(message: string): string {
  return message.replace(TABLET, '').replace(IN_FRONT, '');
}

function shortened(message: string): string {
  return message.length > MOST_CHARACTERS ? `${message.slice(0, MOST_CHARACTERS)}…` : message;
}
