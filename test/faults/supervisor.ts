/**
 * What systemd or Kubernetes would do: starts a process again whenever it dies. Failpoints belong
 * to single lives: the first one has `lives[0]` on top, the second `lives[1]`, later ones none.
 */
import { pause } from '../../origin/timer.ts';
import type { Shop, ShopProcess } from '../flow/shop.ts';

export interface Supervisor {
  url: string;
  deaths(): number;
  /** kill -9 of a process that is up: one that is just starting is waited for. One death each. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when the next one is up. One death more. */
  restart(): Promise<void>;
  /** Any other signal, to the process that is up. */
  signal(name: NodeJS.Signals): Promise<void>;
  pid(): number;
  stop(): Promise<void>;
}

/** The origin, with the variables of each life. */
export function supervise(shop: Shop, ...lives: Record<string, string>[]): Promise<Supervisor> {
  return keepAlive((life) => shop.startOrigin(lives[life]));
}

/** A process that never gets ready is broken, not unlucky. */
const MAX_STILLBORN = 5;
const RESTART_POLL_MS = 20;

/** `start` is told which life it starts, from 0; one that dies before it is ready counts too. */
export async function keepAlive(start: (life: number) => Promise<ShopProcess>) {
  let deaths = 0;
  let stopping = false;
  let current = await start(0);
  /** The process that lives, or the one that comes after it. */
  let up = Promise.resolve(current);
  const { url } = current;
  const watching = watch();

  async function watch(): Promise<void> {
    while (!stopping) {
      await current.ended;
      if (stopping) return;
      deaths += 1;
      up = startAgain();
      current = await up;
    }
    await current.stop();
  }

  async function startAgain(): Promise<ShopProcess> {
    for (let stillborn = 1; ; stillborn += 1) {
      try {
        return await start(deaths);
      } catch (error) {
        if (stillborn === MAX_STILLBORN) throw error;
        deaths += 1;
      }
    }
  }

  const supervisor: Supervisor = {
    url,
    deaths: () => deaths,
    async kill() {
      const victim = await up;
      await victim.kill();
    },
    async restart() {
      const old = await up;
      await old.stop();
      while ((await up) === old) await pause(RESTART_POLL_MS);
    },
    async signal(name) {
      (await up).signal(name);
    },
    pid: () => current.pid,
    async stop() {
      stopping = true;
      await current.stop();
      await watching;
    },
  };
  return supervisor;
}
