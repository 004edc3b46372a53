/** Why something could not be started, in a line for whoever started it. */
export class StartError extends Error {
  readonly code = 'start';
  /** True when the process that failed has told the user why. */
  readonly told: boolean;
  constructor(message: string, told = false) {
    super(message);
    this.told = told;
  }
}
