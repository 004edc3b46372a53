// Lets one `up` or `down` work at a time, so that two test runs that start together end up with
// one stack. The lock is a listening port: the system gives it back whenever its holder ends,
// however it ends, so there is no stale lock to judge.
import { createServer, type Server } from 'node:net';
import { addresses } from './addresses.ts';
import { becomesTrue } from './processes.ts';

/** A first `up` downloads Kafka, which takes a slow network some minutes. */
const lockWaitLimitMs = 600_000;

export async function whileLocked<Result>(work: () => Promise<Result>): Promise<Result> {
  let lock: Server | undefined;
  const isLocked = async () => {
    lock = await tryToLock();
    return lock !== undefined;
  };
  if (!(await becomesTrue(isLocked, lockWaitLimitMs))) {
    const { port } = addresses.lock;
    throw new Error(`port ${port} was taken for ${lockWaitLimitMs} ms: is another \`up\` stuck?`);
  }
  try {
    return await work();
  } finally {
    lock?.close();
  }
}

/** Undefined when somebody else listens. */
function tryToLock(): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(addresses.lock, () => resolve(server));
  });
}
