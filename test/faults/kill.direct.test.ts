/** kill -9 of an API process that settles by itself, with both kinds of book. */
import { exerciseKills } from './kill.exercise.ts';

await exerciseKills('embedded', { LOG_URL: 'direct' });
await exerciseKills('servers', { LOG_URL: 'direct' });
