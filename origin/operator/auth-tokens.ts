/**
 * Who may call the operator API: named tokens, each with a role. A viewer looks, an operator
 * changes as well. Names are what the record of changes shows, so no two tokens share one, and no
 * two names a token.
 */
export const OPERATOR_ROLES = ['viewer', 'operator'] as const;
export type OperatorRole = (typeof OPERATOR_ROLES)[number];

export interface OperatorToken {
  name: string;
  role: OperatorRole;
  token: string;
}

/** 16 characters of hex are 64 bits: nobody guesses them at the rate that is let through. */
export const LEAST_TOKEN_CHARACTERS = 16;
/** As many people and programs as anybody lists in a variable; each is compared at each request. */
const MOST_TOKENS = 100;
/** The column of the book that takes it is as wide. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/;
/** What RFC 6750, section 2.1, lets a bearer token consist of. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;
/** Of the token in OPERATOR_TOKEN. */
const SINGLE_NAME = 'operator';

/** `anna:operator:<token>,watch:viewer:<token>`. Throws a RangeError that repeats no token. */
export function parseOperatorTokens(text: string): OperatorToken[] {
  const tokens = text.split(',').map(parseOne);
  if (tokens.length > MOST_TOKENS) throw new RangeError(`holds more than ${MOST_TOKENS} tokens`);
  const clash = clashIn(tokens);
  if (clash !== undefined) throw new RangeError(clash);
  return tokens;
}

interface TokenSettings {
  OPERATOR_TOKEN?: string | undefined;
  OPERATOR_TOKENS?: OperatorToken[] | undefined;
}

/** All that the configuration gives. */
export function operatorTokensOf(settings: TokenSettings): OperatorToken[] {
  const { OPERATOR_TOKEN: token, OPERATOR_TOKENS: named = [] } = settings;
  return token === undefined ? named : [{ name: SINGLE_NAME, role: 'operator', token }, ...named];
}

/** What makes two of them one; undefined when they are all different. */
export function clashIn(tokens: readonly OperatorToken[]): string | undefined {
  const names = new Set<string>();
  const secrets = new Set<string>();
  for (const { name, token } of tokens) {
    if (names.has(name)) return `the name ${name} is given twice`;
    if (secrets.has(token)) return `the token of ${name} is that of another name as well`;
    names.add(name);
    secrets.add(token);
  }
  return undefined;
}

function parseOne(text: string, index: number): OperatorToken {
  const [, name = '', roleName = '', token = ''] = /^([^:]*):([^:]*):(.*)$/.exec(text.trim()) ?? [];
  const role = OPERATOR_ROLES.find((known) => known === roleName);
  // Which one it is, in a way that shows nothing when a token stands where a name should.
  const which = `entry ${index + 1}`;
  if (!NAME.test(name)) {
    throw new RangeError(
      `${which} must be name:role:token with 1 to 32 of A-Z a-z 0-9 . _ - as name`,
    );
  }
  if (role === undefined) throw new RangeError(`${which} must have the role viewer or operator`);
  if (token.length < LEAST_TOKEN_CHARACTERS) {
    throw new RangeError(
      `${which} must have a token of at least ${LEAST_TOKEN_CHARACTERS} characters`,
    );
  }
  if (!TOKEN.test(token)) {
    throw new RangeError(`${which} must have a token of letters, digits and . _ ~ + / - only`);
  }
  return { name, role, token };
}
