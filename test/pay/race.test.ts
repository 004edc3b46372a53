/** The race of expiry and payment, on every database. */
import { exercise } from './exercise.ts';
import { racePromises } from './race.promises.ts';

exercise('expiry against payment', racePromises);
