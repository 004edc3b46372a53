/**
 * What systemd or Kubernetes would do: starts a process again whenever it dies. Failpoints belong
 * to single lives: the first one has `lives[0]` on top, the second `lives[1]`, later ones none.
 */
import type { Shop, ShopProcess } from '../flow/shop.ts';

export interface Supervisor {
  url: string;
  deaths(): number;
  /** kill -9; nothing when it is just starting. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** The origin, with the variables of each life. */
export function supervise(shop: Shop, ...lives: Record<string, string>[]): Promise<Supervisor> {
  return keepAlive((life) => shop.startOrigin(lives[life]));
}

/** A process that never gets ready is broken, not unlucky. */
const MAX_STILLBORN = 5;

/** `start` is told which life it starts, from 0; one that dies before it is ready counts too. */
export async function keepAlive(start: (life: number) => Promise<ShopProcess>) {
  let deaths = 0;
  let stopping = false;
  let current = await start(0);
  const { url } = current;
  const watching = watch();

  async function watch(): Promise<void> {
    while (!stopping) {
      await current.ended;
      if (stopping) return;
      deaths += 1;
      current = await startAgain();
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
    kill: () => current.kill(),
    async stop() {
      stopping = true;
      await current.stop();
      await watching;
    },
  };
  return supervisor;
}
