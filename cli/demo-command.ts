/** `sluice demo`: a whole shop on this machine with a sale that opens at once, as `npm start`. */
import type { Command } from 'commander';

export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description('starts a whole shop on this machine, with a sale that opens in 15 s')
    .option('--watch', 'starts anew what changes in the code')
    .option('--json', 'prints its URLs as one JSON object')
    .action(async (options: { watch?: boolean; json?: boolean }) => {
      // It bundles the edge: no other command waits until all that is needed for it is loaded.
      const { runHere } = await import('./run-here.ts');
      await runHere(options);
    });
}
