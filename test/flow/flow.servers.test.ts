/** The whole flow on the stack's Redis, Kafka and MariaDB. */
import { exerciseFlow } from './flow.exercise.ts';

await exerciseFlow('servers');
