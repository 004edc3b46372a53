/**
 * What systemd or Kubernetes would do: starts the origin again whenever it dies. The failpoints are
 * for the first life only.
 */
import type { OriginProcess, Shop } from '../flow/shop.ts';

export interface Supervisor {
  url: string;
  deaths(): number;
  stop(): Promise<void>;
}

export async function supervise(
  shop: Shop,
  firstLife: Record<string, string>,
): Promise<Supervisor> {
  let deaths = 0;
  let stopping = false;
  let current: OriginProcess = await shop.startOrigin(firstLife);
  const { url } = current;
  const watching = watch();

  async function watch(): Promise<void> {
    for (;;) {
      await current.ended;
      if (stopping) return;
      deaths += 1;
      current = await shop.startOrigin();
    }
  }

  return {
    url,
    deaths: () => deaths,
    async stop() {
      stopping = true;
      await current.stop();
      await watching;
    },
  };
}
