// Lets one `up` or `down` work at a time, so that two test runs that start together end up with
// one stack; and one suite at a time have the servers that may be killed. The lock is a listening
// port: the system gives it back whenever its holder ends, however it ends, so there is no stale
// lock to judge.
import { createServer, type Server } from 'node:net';
import { addresses } from './addresses.ts';
import { becomesTrue } from './processes.ts';

/** A first `up` downloads Kafka, which takes a slow network some minutes. */
const lockWaitLimitMs = 600_000;

type LockAddress = { host: string; port: number };

export async function whileLocked<Result>(work: () => Promise<Result>): Promise<Result> {
  const unlock = await takeLock(addresses.lock);
  try {
    return await work();
  } finally {
    unlock();
  }
}

/** Waits for its turn; resolves with what gives the lock back. */
export async function takeLock(address: LockAddress): Promise<() => void> {
  let lock: Server | undefined;
  const isLocked = async () => {
    lock = await tryToLock(address);
    return lock !== undefined;
  };
  if (!(await becomesTrue(isLocked, lockWaitLimitMs))) {
    const { port } = address;
    throw new Error(`port ${port} was taken for ${lockWaitLimitMs} ms: is its holder stuck?`);
  }
  return () => void lock?.close();
}

/** Undefined when somebody else listens. */
function tryToLock(address: LockAddress): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(address, () => resolve(server));
  });
}
