// The stack's etcd: one member that writes each change to disk before its answer, as etcd always
// does; or, for a test of its own, one of several members. What it writes for lines and grants is
// compacted every hour.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { addresses, serverFolder } from './addresses.ts';
import { accepts } from './are-up.ts';
import type { ServerPlace, StackServer } from './server.ts';

const answerLimitMs = 2_000;

export type EtcdServerPlace = ServerPlace & {
  peerPort: number;
  /** `name=http://host:peerPort` of all members, when there are several; the own name. */
  cluster?: { name: string; members: string };
  /** Come last. */
  settings?: readonly string[];
  scheme?: 'http' | 'https';
};

const stackPlace = (): EtcdServerPlace => ({ folder: serverFolder('etcd'), ...addresses.etcd });

export function createEtcdServer(place: EtcdServerPlace = stackPlace()): StackServer {
  const { folder, host, port } = place;
  const dataFolder = path.join(folder, 'data');
  return {
    name: 'etcd',
    url: `etcd://${host}:${port}`,
    folder,
    dataFolder,
    programs: () => ['etcd'],
    prepare: async () => {
      // etcd insists on being the only one who can read it.
      await mkdir(dataFolder, { recursive: true, mode: 0o700 });
    },
    commandLine: () => ({ program: 'etcd', args: etcdArguments(place, dataFolder) }),
    answers: () => answers(place),
  };
}

function etcdArguments(place: EtcdServerPlace, dataFolder: string): string[] {
  const { host, port, peerPort, cluster, settings = [], scheme = 'http' } = place;
  const clients = `${scheme}://${host}:${port}`;
  const peers = `http://${host}:${peerPort}`;
  const { name, members } = cluster ?? { name: 'stack', members: `stack=${peers}` };
  return [
    ['--name', name],
    ['--data-dir', dataFolder],
    ['--listen-client-urls', clients],
    ['--advertise-client-urls', clients],
    ['--listen-peer-urls', peers],
    ['--initial-advertise-peer-urls', peers],
    ['--initial-cluster', members],
    ['--auto-compaction-retention', '1'],
    ...settings,
  ].flat();
}

/** Healthy is a member that has a leader and can write. */
async function answers({ host, port, scheme = 'http' }: EtcdServerPlace): Promise<void> {
  // Who speaks TLS is asked for no certificate here: that it listens has to do.
  if (scheme === 'https') return connects({ host, port });
  const signal = AbortSignal.timeout(answerLimitMs);
  const answer = await fetch(`http://${host}:${port}/health`, { signal });
  const text = await answer.text();
  if (!/"health":\s*"?true/.test(text)) throw new Error(`etcd answers ${text.trim()}`);
}

async function connects(address: { host: string; port: number }): Promise<void> {
  if (!(await accepts(address))) throw new Error('etcd does not answer');
}
