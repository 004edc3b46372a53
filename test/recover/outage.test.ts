/** Selling without the stock store, on the embedded book and on MariaDB. */
import { exerciseOnBoth } from './exercise.ts';
import { outagePromises } from './outage.promises.ts';
import { outageDeaths } from './outage-deaths.promises.ts';

exerciseOnBoth('an outage', [...outagePromises, ...outageDeaths]);
