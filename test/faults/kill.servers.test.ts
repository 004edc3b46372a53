/** kill -9 on the stack's Redis, Kafka and MariaDB. */
import { exerciseKills } from './kill.exercise.ts';

await exerciseKills('servers');
