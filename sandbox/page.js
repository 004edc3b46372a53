/**
 * Counts the time to pay down. It is the page's only script: without it the page shows how much was
 * left when it came. The time is measured, not read from the device's clock, which may be wrong.
 */
const time = document.querySelector('.time');

if (time !== null) {
  const left = time.querySelector('.left');
  const digits = time.querySelector('.left b');
  const over = time.querySelector('.over');
  const endsAtMs = performance.now() + Number(time.dataset.leftMs);

  const show = () => {
    const leftMs = endsAtMs - performance.now();
    const seconds = Math.max(0, Math.ceil(leftMs / 1000));
    digits.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    left.hidden = leftMs <= 0;
    over.hidden = leftMs > 0;
    if (leftMs > 0) setTimeout(show, leftMs % 1000 || 1000);
  };
  show();
}
