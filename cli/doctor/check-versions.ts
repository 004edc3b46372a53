/** Which versions are at work: of Node here, of this command, of the origin that answers. */
import { z } from 'zod';
import { VERSION } from '../../origin/version.ts';
import { type Finding, findingsOf } from './finding.ts';
import { ask } from './http.ts';

/** The first that runs the TypeScript as it is without a flag or a warning. */
const LEAST_NODE = 24;
const HEALTH = z.object({ version: z.string() });

export async function checkVersions(originUrl: string, node: string): Promise<Finding[]> {
  return [checkNode(node), await checkOrigin(originUrl)];
}

export function checkNode(version: string): Finding {
  const found = findingsOf('versions', 'node');
  const isEnough = Number.parseInt(version, 10) >= LEAST_NODE;
  return isEnough
    ? found('ok', version)
    : found('fail', `${version} is too old`, `install Node ${LEAST_NODE} or later`);
}

async function checkOrigin(originUrl: string): Promise<Finding> {
  const found = findingsOf('versions', 'origin');
  const shownUrl = originUrl.replace(/\/\/[^/@]*@/, '//');
  try {
    const { body } = await ask(`${originUrl}/healthz`);
    const health = HEALTH.safeParse(body);
    if (!health.success) {
      return found(
        'fail',
        `${shownUrl} does not tell its version`,
        'set ORIGIN_URL to where the origin is; one that is older than this command tells none',
      );
    }
    const { version } = health.data;
    if (version === VERSION) return found('ok', `${version}, as this command`);
    const said = `${version}, this command is ${VERSION}`;
    return found('warn', said, 'use the command of that version, or deploy this one');
  } catch {
    const advice = 'start it, or set ORIGIN_URL to where it is';
    return found('fail', `no origin answers at ${shownUrl}`, advice);
  }
}
