/** Whether the stack's servers accept connections: decides if suites on real servers run. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { addresses } from './addresses.ts';

const PATIENCE_MS = 1_000;

export async function serversAreUp(): Promise<boolean> {
  const { redis, kafka, mariadb } = addresses;
  const answers = await Promise.all([redis, kafka, mariadb].map(accepts));
  return answers.every((accepted) => accepted);
}

/** Whether a server takes connections at this address. */
export async function accepts({ host, port }: { host: string; port: number }): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(PATIENCE_MS) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
