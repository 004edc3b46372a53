/**
 * The folder of the embedded database: whether this user may write to it, and whether its disk has
 * room. The database itself is not opened: a running origin keeps others out of it.
 */
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Finding } from './finding.ts';
import { findingsOf } from './finding.ts';

/** A sale of a million orders needs about half of it. */
const LITTLE_BYTES = 1_000_000_000;
/** The log grows ahead of what is settled; a full disk stops the selling. */
const TOO_LITTLE_BYTES = 100_000_000;

/** `freeBytes` reads how much is free where a path lies. */
export function checkEmbedded(dataDir: string, freeBytes = freeBytesAt): Finding[] {
  const found = findingsOf('backends', 'DATA_DIR');
  const folder = nearestFolder(resolve(dataDir));
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    const advice = 'name a folder that this user may write to';
    return [found('fail', `${folder} cannot be written to by this user`, advice)];
  }
  const free = freeBytes(folder);
  const file = join(resolve(dataDir), 'sluice.db');
  const size = existsSync(file) ? `a database of ${words(statSync(file).size)}` : 'no database yet';
  const said = `${size}, ${words(free)} free`;
  const advice = 'make room, or name a folder of another disk';
  if (free < TOO_LITTLE_BYTES) return [found('fail', said, advice)];
  if (free < LITTLE_BYTES) return [found('warn', said, advice)];
  return [found('ok', said)];
}

export function freeBytesAt(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** An origin makes what lacks. */
function nearestFolder(path: string): string {
  return existsSync(path) ? path : nearestFolder(dirname(path));
}

function words(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
