/** Repairs on the embedded book and on MariaDB, the stock store and the log embedded in both. */
import { exerciseOnBoth } from '../recover/exercise.ts';
import { repairPromises } from './repair.promises.ts';

exerciseOnBoth('repairs', repairPromises);
