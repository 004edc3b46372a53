/** Faults on order, each struck by the next statement that fits, once. */

export type Fault =
  | { kind: 'lose-after' }
  | { kind: 'lose-before' }
  | { kind: 'delay'; ms: number }
  | { kind: 'status'; status: number; body?: string };

export interface GatewayFaults {
  next(statement: RegExp, fault: Fault): void;
  /** Struck by the COMMIT of the next transaction in which such a statement is sent. */
  nextCommit(of: RegExp, fault: Fault): void;
  /** Added to every POST. */
  delayMs: number;
  /** Changes to tables are refused, as with safe migrations. */
  schemaIsFrozen: boolean;
}

export function createGatewayFaults() {
  const armed: { statement: RegExp; fault: Fault }[] = [];
  const armedCommits: { of: RegExp; fault: Fault }[] = [];
  const doomed = new Map<string, { of: RegExp; fault: Fault }>();
  let struck = 0;
  const faults: GatewayFaults = {
    next: (statement, fault) => void armed.push({ statement, fault }),
    nextCommit: (of, fault) => void armedCommits.push({ of, fault }),
    delayMs: 0,
    schemaIsFrozen: false,
  };

  function strikeCommit(sql: string, transactionId: string): Fault | undefined {
    const mine = doomed.get(transactionId);
    if (mine === undefined) {
      const index = armedCommits.findIndex(({ of }) => of.test(sql));
      const [armed] = index < 0 ? [] : armedCommits.splice(index, 1);
      if (armed !== undefined) doomed.set(transactionId, armed);
      return undefined;
    }
    const end = /^\s*(COMMIT|ROLLBACK)\b/i.exec(sql)?.[1]?.toUpperCase();
    if (end !== undefined) doomed.delete(transactionId);
    // It had no COMMIT: the next one's turn.
    if (end === 'ROLLBACK') armedCommits.unshift(mine);
    if (end !== 'COMMIT') return undefined;
    struck += 1;
    return mine.fault;
  }

  return {
    faults,
    struck: () => struck,
    strike(sql: string, transactionId?: string): Fault | undefined {
      const atCommit = transactionId === undefined ? undefined : strikeCommit(sql, transactionId);
      if (atCommit !== undefined) return atCommit;
      const index = armed.findIndex(({ statement }) => statement.test(sql));
      if (index < 0) return undefined;
      struck += 1;
      return armed.splice(index, 1)[0]?.fault;
    },
  };
}
