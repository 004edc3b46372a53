/** `npm start`, and with `--watch` `npm run dev`: a whole shop on this machine. */
import { runHere } from './run-here.ts';

await runHere({ watch: process.argv.includes('--watch') });
