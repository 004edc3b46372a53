// The stack's MariaDB. A commit is on disk before its answer, as the book needs it; there is no
// binary log, because nothing replicates from it. It runs as whoever starts it, and nobody has to
// log in as its root: mariadb.sql makes the user at every start.
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { createConnection } from 'mysql2/promise';
import { addresses, serverFolder } from './addresses.ts';
import { runToEnd } from './processes.ts';
import type { ServerPlace, StackServer } from './server.ts';

const installLimitMs = 120_000;
const answerLimitMs = 2_000;

const userFile = path.join(import.meta.dirname, 'mariadb.sql');

/** What InnoDB keeps its pages in, how long its log is, and what else the server is told. */
export type MariadbPlace = ServerPlace & { memory: string; log: string; settings?: string[] };

const stackPlace = (): MariadbPlace => ({
  folder: serverFolder('mariadb'),
  memory: '512M',
  log: '96M',
  ...addresses.mariadb,
});

export function createMariadbServer(place: MariadbPlace = stackPlace()): StackServer {
  const { folder, host, port } = place;
  const { user, password, database } = addresses.mariadb;
  const dataFolder = path.join(folder, 'data');
  return {
    name: 'mariadb',
    url: `mysql://${user}:${password}@${host}:${port}/${database}`,
    folder,
    dataFolder,
    programs: () => ['mariadbd', 'mariadb-install-db'],
    prepare: () => prepare(folder, dataFolder),
    commandLine: () => ({ program: 'mariadbd', args: mariadbArguments(place, dataFolder) }),
    answers: () => answers(place),
  };
}

/** Installs beside the final place and moves it there whole; a cut installation is begun again. */
async function prepare(folder: string, dataFolder: string): Promise<void> {
  if (existsSync(dataFolder)) return;
  const unfinished = path.join(folder, 'data.unfinished');
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const args = ['--no-defaults', `--datadir=${unfinished}`, '--skip-test-db', ...asRoot()];
  await runToEnd({ program: 'mariadb-install-db', args }, installLimitMs);
  await rename(unfinished, dataFolder);
}

function mariadbArguments(place: MariadbPlace, dataFolder: string): string[] {
  const { host, port, memory, log, settings = [] } = place;
  return [
    // The machine's own my.cnf must not decide what a test sees; this has to come first.
    '--no-defaults',
    `--datadir=${dataFolder}`,
    `--init-file=${userFile}`,
    // Relative to the data folder: an absolute path may not be longer than 107 bytes.
    '--socket=mariadb.sock',
    '--pid-file=mariadb.pid',
    `--bind-address=${host}`,
    `--port=${port}`,
    '--skip-name-resolve',
    '--max-connections=200',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_unicode_ci',
    '--innodb-flush-log-at-trx-commit=1',
    `--innodb-buffer-pool-size=${memory}`,
    `--innodb-log-file-size=${log}`,
    '--skip-log-bin',
    ...settings,
    ...asRoot(),
  ];
}

/** The server refuses to run as root unless it is told so. */
function asRoot(): string[] {
  return process.getuid?.() === 0 ? ['--user=root'] : [];
}

async function answers({ host, port }: ServerPlace): Promise<void> {
  const connection = await createConnection({
    ...addresses.mariadb,
    ...{ host, port },
    connectTimeout: answerLimitMs,
  });
  try {
    await connection.query({ sql: 'SELECT 1', timeout: answerLimitMs });
    await connection.end();
  } finally {
    connection.destroy();
  }
}
