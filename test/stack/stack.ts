// `npm run stack up|down|status [redis] [kafka] [mariadb] [etcd]`: real servers for tests and
// benchmarks, without Docker. Their data, logs and pids are in .stack/. Read commands.ts for what
// each does.
import { parseArgs } from 'node:util';
import { type ServerName, serverNames } from './addresses.ts';
import { down, status, up } from './commands.ts';
import { createEtcdServer } from './etcd.ts';
import { createKafkaServer } from './kafka.ts';
import { whileLocked } from './lock.ts';
import { createMariadbServer } from './mariadb.ts';
import { createRedisServer } from './redis.ts';
import type { StackServer } from './server.ts';

const usage = `npm run stack up     [names]              starts the servers, waits until they answer
npm run stack down   [names] [-- --wipe]  stops them; --wipe removes their data as well
npm run stack status [names]              exits with 1 when one is down
names: ${serverNames.join(' ')} (default: all)`;

const create: Record<ServerName, () => StackServer> = {
  redis: createRedisServer,
  kafka: createKafkaServer,
  mariadb: createMariadbServer,
  etcd: createEtcdServer,
};

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const parsed = parse(args);
  if (parsed === undefined) {
    console.error(usage);
    return 1;
  }
  const servers = serverNames
    .filter((name) => parsed.names.length === 0 || parsed.names.includes(name))
    .map((name) => create[name]());
  if (parsed.command === 'up') return whileLocked(() => up(servers));
  if (parsed.command === 'down') return whileLocked(() => down(servers, { wipe: parsed.wipe }));
  return status(servers);
}

function parse(args: string[]) {
  try {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { wipe: { type: 'boolean', default: false } },
    });
    const [command = '', ...names] = positionals;
    if (!['up', 'down', 'status'].includes(command)) return undefined;
    if (values.wipe && command !== 'down') return undefined;
    if (!names.every((name) => serverNames.some((known) => known === name))) return undefined;
    return { command, names, wipe: values.wipe };
  } catch {
    return undefined;
  }
}
