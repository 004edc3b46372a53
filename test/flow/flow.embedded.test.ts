/** The whole flow on the embedded backends. */
import { exerciseFlow } from './flow.exercise.ts';

await exerciseFlow('embedded');
