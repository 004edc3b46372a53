/** The whole flow without a log: the API settles what it accepts, in both kinds of book. */
import { exerciseFlow } from './flow.exercise.ts';

await exerciseFlow('embedded', { LOG_URL: 'direct' });
await exerciseFlow('servers', { LOG_URL: 'direct' });
