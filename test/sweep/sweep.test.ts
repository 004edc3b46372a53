/** The sweep, on every database. */
import { exercise } from '../pay/exercise.ts';
import { sweepPromises } from './sweep.promises.ts';

exercise('the sweep', sweepPromises);
