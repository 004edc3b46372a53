/** Recovery on the embedded book and on MariaDB, the stock store and the log embedded in both. */
import { exerciseOnBoth } from './exercise.ts';
import { latePromises } from './late.promises.ts';
import { recoverPromises } from './recover.promises.ts';

exerciseOnBoth('recovery', [...recoverPromises, ...latePromises]);
