/**
 * Loaded into a process before its program (`node --import`): SIGUSR2 collects all garbage, so that
 * what is in the heap afterwards is what the program holds on to. A full collection comes by
 * itself only every few minutes, too seldom to tell a leak from a heap that breathes.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
process.on('SIGUSR2', collect);
