/**
 * Inside the frame that shows the challenge (/human): sends its answer for a cookie, and tells the
 * page around it what came of it. The challenge's script calls both functions by name.
 */
Object.assign(globalThis, {
  /** @param {string} token */
  async sendAnswer(token) {
    const response = await fetch('/api/human', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    }).catch(() => undefined);
    tell(response?.status === 204);
  },
  tellFailure: () => tell(false),
});

// The challenge's own script did not come. Only on its way down does a script's error pass here.
addEventListener('error', ({ target }) => target instanceof HTMLScriptElement && tell(false), true);

/** @param {boolean} isHuman */
function tell(isHuman) {
  parent.postMessage({ kind: 'human', isHuman }, location.origin);
}
