/** kill -9 in an order's later life, on the embedded backends. */
import { exerciseLaterKills } from './later-kill.exercise.ts';

await exerciseLaterKills('embedded');
