// What a server of the stack has to say about itself; one file a server says it (redis.ts,
// kafka.ts, mariadb.ts, etcd.ts), and commands.ts starts, checks and stops all the same way.
import type { ServerName } from './addresses.ts';

export type CommandLine = { program: string; args: readonly string[] };

/** Where a server lies and listens: two of a kind differ in both. */
export type ServerPlace = { folder: string; host: string; port: number };

export type StackServer = {
  name: ServerName;
  url: string;
  /** Holds pid file and log; its path occurs in the command line, which is how a pid is known. */
  folder: string;
  /** Removed by `down --wipe`; a download that costs minutes lies outside of it. */
  dataFolder: string;
  /** The programs that preparing and starting need now. */
  programs(): readonly string[];
  /** Brings the data folder into being. Does nothing when that is done already. */
  prepare(): Promise<void>;
  commandLine(): CommandLine;
  /** Resolves when the server does real work for a client, rejects otherwise; never hangs. */
  answers(): Promise<void>;
};
