/**
 * Which settings of the server put a committed order at risk when it crashes, one line each. The
 * book works with any of them; an operator is to know.
 */
/** What `select-durability.sql` gives. */
export interface Durability {
  flushLogAtCommit: number;
  logBin: number;
  syncBinlog: number;
}

export function risksOf({ flushLogAtCommit, logBin, syncBinlog }: Durability): string[] {
  const risks: string[] = [];
  if (flushLogAtCommit !== 1) {
    risks.push(
      `innodb_flush_log_at_trx_commit is ${flushLogAtCommit}, not 1: a crash of the book's ` +
        'server may undo its last commits: orders settle anew, changes to them are lost',
    );
  }
  if (logBin === 1 && syncBinlog !== 1) {
    risks.push(
      `sync_binlog is ${syncBinlog}, not 1: a crash of the book's server may leave out settled ` +
        'orders from what its replicas and restores receive',
    );
  }
  return risks;
}
