/** Going to pay, and being paid, on every database. */
import { exercise } from './exercise.ts';
import { payingPromises } from './paying.promises.ts';

exercise('paying', payingPromises);
