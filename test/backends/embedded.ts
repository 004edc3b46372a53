/** An embedded database in a folder of its own, which goes away with it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedDatabase, openEmbeddedDatabase } from '../../origin/embedded.ts';

export function openTemporaryDatabase(): { database: EmbeddedDatabase; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  const database = openEmbeddedDatabase(folder);
  return {
    database,
    remove() {
      database.close();
      rmSync(folder, { recursive: true });
    },
  };
}
