/** `npm run start:stack`: what `npm start` does, on the stack's Redis, Kafka and MariaDB. */
import { originEnvironment } from './addresses.ts';

Object.assign(process.env, originEnvironment());
await import('../../cli/start.ts');
