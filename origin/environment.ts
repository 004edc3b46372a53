/** The one place that reads the environment of the process; everything else is given its values. */
export type Environment = Readonly<Record<string, string | undefined>>;

export function processEnvironment(): Environment {
  return process.env;
}
