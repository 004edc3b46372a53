/** What every shape must hold: nothing oversold, nothing lost, every answer a documented one. */
export const thresholds = {
  oversold: ['count==0'],
  lost: ['count==0'],
  undocumented: ['count==0'],
};
