/** kill -9 in the middle of a recovery, where the API settles by itself. */
import { exerciseRecoverKills } from './recover-kill.exercise.ts';

await exerciseRecoverKills('embedded', { LOG_URL: 'direct' });
