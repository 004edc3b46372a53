/**
 * Which origin the commands speak to, and with which token: what the environment says, else what
 * `npm start` keeps in the data folder.
 */
import type { Environment } from '../origin/environment.ts';
import { createOperatorClient, type OperatorClient, OperatorError } from './operator-client.ts';
import { readSecrets } from './secrets.ts';

/** Throws an OperatorError when there is no token to be found. */
export function operatorClientOf(environment: Environment, patienceMs?: number): OperatorClient {
  const dataDir = environment.DATA_DIR ?? '.sluice';
  const given = environment.OPERATOR_TOKEN;
  const token = given ?? readSecrets(dataDir)?.OPERATOR_TOKEN;
  if (token === undefined) {
    throw new OperatorError(
      `OPERATOR_TOKEN is not set, and ${dataDir} keeps none; set it to the token of an operator, ` +
        'or DATA_DIR to the folder of a shop that was started here',
    );
  }
  const tokenFrom = given === undefined ? `the token in ${dataDir}/secrets.json` : 'OPERATOR_TOKEN';
  return createOperatorClient(originUrlOf(environment), token, {
    tokenFrom,
    ...(patienceMs === undefined ? {} : { patienceMs }),
  });
}

/** Without a slash at its end. */
export function originUrlOf({ ORIGIN_URL, ORIGIN_PORT = '8788' }: Environment): string {
  return (ORIGIN_URL ?? `http://127.0.0.1:${ORIGIN_PORT}`).replace(/\/$/, '');
}
