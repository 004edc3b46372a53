/** The whole flow on Upstash and PlanetScale, settled at once and through Kafka. */
import { addresses, serverUrls } from '../stack/addresses.ts';
import { exerciseFlow } from './flow.exercise.ts';

await exerciseFlow('serverless', { LOG_URL: 'direct' });
await exerciseFlow('serverless', { LOG_URL: serverUrls(addresses).kafka });
