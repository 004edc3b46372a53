-- The settings that decide whether a committed order survives a crash.
SELECT @@innodb_flush_log_at_trx_commit AS flushLogAtCommit, @@log_bin AS logBin,
  @@sync_binlog AS syncBinlog
