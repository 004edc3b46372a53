/** An order's whole life on the stack's Redis, Kafka and MariaDB. */
import { exerciseLife } from './life.exercise.ts';

await exerciseLife('servers');
