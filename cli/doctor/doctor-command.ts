/**
 * `sluice doctor`: looks at the configuration, the backends, the clocks, the versions, the keys of
 * edge and origin, and says what is wrong and what would be right. Exits with 1 when something is.
 */
import { styleText } from 'node:util';
import { type Command, InvalidArgumentError } from 'commander';
import type { Clock } from '../../contract/clock.ts';
import { systemRandom } from '../../contract/random.ts';
import type { Environment } from '../../origin/environment.ts';
import { showProgress } from '../progress.ts';
import { readSecrets } from '../secrets.ts';
import { type Column, printList, standardOutput } from '../table.ts';
import { type Finding, GROUPS, type Group, summaryOf } from './finding.ts';

export interface DoctorOptions {
  environment(): Environment;
  clock: Clock;
}

export function addDoctorCommand(program: Command, { environment, clock }: DoctorOptions): void {
  program
    .command('doctor')
    .description('checks settings, backends, clocks, versions and keys, and says what is wrong')
    .option('--only <groups>', `some of ${GROUPS.join(',')}`, groupsOf, [...GROUPS])
    .option('--json', 'prints one JSON object a line')
    .action(async ({ only: groups, json }: { only: Group[]; json?: boolean }) => {
      // It brings every driver with it: no other command waits until they are loaded.
      const { examine } = await import('./examine.ts');
      const given = environment();
      const kept = readSecrets(given.DATA_DIR ?? '.sluice');
      const looking = examine({
        environment: { ...kept, ...given },
        clock,
        random: systemRandom,
        monotonicMs: () => performance.now(),
        nodeVersion: process.versions.node,
        groups,
      });
      const findings: Finding[] = [];
      const progress = showProgress('looked at');
      for await (const finding of looking) {
        progress.step();
        findings.push(finding);
      }
      progress.end();
      await printList(findings, { json, lineOf, columns: COLUMNS });
      if (!json) standardOutput().write(summaryOf(findings));
      if (findings.some(({ state }) => state === 'fail')) process.exitCode = 1;
    });
}

const COLOURS = { ok: 'green', warn: 'yellow', fail: 'red' } as const;

const COLUMNS: Column<Finding>[] = [
  { title: 'STATE', of: ({ state }) => styleText(COLOURS[state], state) },
  { title: 'PART', of: ({ group }) => group },
  { title: 'WHAT', of: ({ name }) => name },
  { title: 'FOUND', of: ({ detail }) => detail },
  { title: 'ADVICE', of: ({ advice }) => advice },
];

function lineOf({ state, group, name, detail, advice }: Finding): string {
  const line = `${state.padEnd(4)}  ${group}  ${name}: ${detail}`;
  return advice === undefined ? line : `${line}; ${advice}`;
}

function groupsOf(text: string): Group[] {
  const names = text.split(',').map((name) => name.trim());
  const known = GROUPS.filter((group) => names.includes(group));
  if (known.length === names.length) return known;
  throw new InvalidArgumentError(`must be some of ${GROUPS.join(',')}.`);
}
