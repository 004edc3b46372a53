/**
 * Fails when the generated protobuf code is not what buf makes of records.proto today. Run by
 * `npm run check` and CI; `npm run generate` mends it.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'sluice-generated-'));
try {
  const made = spawnSync('buf', ['generate', '--output', scratch], {
    cwd: folder,
    stdio: 'inherit',
  });
  const file = join('gen', 'records_pb.ts');
  const current = readFileSync(join(folder, file), 'utf8');
  if (made.status !== 0 || readFileSync(join(scratch, file), 'utf8') !== current) {
    console.error('contract/log/gen is not current; run: npm run generate');
    process.exitCode = 1;
  }
} finally {
  rmSync(scratch, { recursive: true });
}
