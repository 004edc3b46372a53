/** Closing orders that may be paid just now, on every database. */
import { closingPromises } from './closing.promises.ts';
import { exercise } from './exercise.ts';

exercise('closing while paying', closingPromises);
