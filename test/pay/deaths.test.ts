/** Dying while paying, on every database. */
import { deathPromises } from './deaths.promises.ts';
import { exercise } from './exercise.ts';

exercise('dying while paying', deathPromises);
