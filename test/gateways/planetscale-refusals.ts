/**
 * What PlanetScale says when a statement fails: inside 200, with the name of a gRPC code, and in
 * the words that vttablet makes of MySQL's, the statement behind them.
 */

export interface WireError {
  code: string;
  message: string;
}

/** The codes of vttablet by MySQL's number; all others are UNKNOWN. */
const CODES: Record<number, [wire: string, words: string]> = {
  1020: ['ABORTED', 'Aborted'],
  1048: ['INVALID_ARGUMENT', 'InvalidArgument'],
  1062: ['ALREADY_EXISTS', 'AlreadyExists'],
  1064: ['INVALID_ARGUMENT', 'InvalidArgument'],
  1146: ['NOT_FOUND', 'NotFound'],
  1205: ['DEADLINE_EXCEEDED', 'DeadlineExceeded'],
  1213: ['ABORTED', 'Aborted'],
  1264: ['INVALID_ARGUMENT', 'InvalidArgument'],
  1406: ['INVALID_ARGUMENT', 'InvalidArgument'],
};
const CALLER = 'CallerID: userid';

export class GatewayRefusal extends Error {
  readonly wire: WireError;

  constructor(wire: WireError) {
    super(wire.message);
    this.wire = wire;
  }
}

/** Of an error of MySQL: its own words, number and state, then the statement. */
export function refusalOfMysql(error: unknown, sql: string): WireError {
  const { errno, sqlState, sqlMessage } = error as {
    errno?: number;
    sqlState?: string;
    sqlMessage?: string;
  };
  if (errno === undefined || sqlMessage === undefined) {
    return tablet('UNAVAILABLE', 'Unavailable', String(error), sql);
  }
  const [wire, words] = CODES[errno] ?? ['UNKNOWN', 'Unknown'];
  return tablet(wire, words, `${sqlMessage} (errno ${errno}) (sqlstate ${sqlState})`, sql);
}

export function endedTransaction(id: string, endedAt: string, why: string): GatewayRefusal {
  const words = `transaction ${id}: ended at ${endedAt} (${why})`;
  return new GatewayRefusal(tablet('ABORTED', 'Aborted', words));
}

export function busyTransaction(id: string): GatewayRefusal {
  return new GatewayRefusal(tablet('ABORTED', 'Aborted', `transaction ${id}: in use: for query`));
}

export function tooManyRows(limit: number): GatewayRefusal {
  return new GatewayRefusal(tablet('ABORTED', 'Aborted', `Row count exceeded ${limit}`));
}

export function frozenSchema(): GatewayRefusal {
  return new GatewayRefusal({ code: 'UNKNOWN', message: 'direct DDL is disabled' });
}

function tablet(code: string, words: string, description: string, sql?: string): WireError {
  const about = sql === undefined ? '' : `: Sql: "${sql.slice(0, 500)}", BindVars: {REDACTED}`;
  return {
    code,
    message:
      `target: sluice.-.primary: vttablet: rpc error: code = ${words} desc = ${description} ` +
      `(${CALLER})${about}`,
  };
}
