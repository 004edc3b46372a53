/** An order's whole life on the embedded backends. */
import { exerciseLife } from './life.exercise.ts';

await exerciseLife('embedded');
