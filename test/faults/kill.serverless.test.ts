/** kill -9 in the middle of a sale on Upstash and PlanetScale, whose API settles by itself. */
import { exerciseKills } from './kill.exercise.ts';

await exerciseKills('serverless', { LOG_URL: 'direct' });
