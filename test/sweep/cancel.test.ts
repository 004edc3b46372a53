/** Cancelling orders, on every database. */
import { exercise } from '../pay/exercise.ts';
import { cancelPromises } from './cancel.promises.ts';

exercise('cancelling', cancelPromises);
