/** Traces on the embedded backends. */
import { exerciseTrace } from './trace.exercise.ts';

await exerciseTrace('embedded', {
  stock: 'sqlite',
  log: 'sqlite',
  book: 'sqlite',
  destination: /^orders$/,
});
