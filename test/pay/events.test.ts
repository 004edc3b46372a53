/** Events of payments, on every database. */
import { eventPromises } from './events.promises.ts';
import { exercise } from './exercise.ts';

exercise('events of payments', eventPromises);
