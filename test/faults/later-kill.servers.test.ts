/** kill -9 in an order's later life, on the stack's Redis, Kafka and MariaDB. */
import { exerciseLaterKills } from './later-kill.exercise.ts';

await exerciseLaterKills('servers');
