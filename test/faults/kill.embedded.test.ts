/** kill -9 on the embedded backends. */
import { exerciseKills } from './kill.exercise.ts';

await exerciseKills('embedded');
