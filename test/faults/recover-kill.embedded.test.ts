/** kill -9 in the middle of a recovery, on the embedded backends. */
import { exerciseRecoverKills } from './recover-kill.exercise.ts';

await exerciseRecoverKills('embedded');
