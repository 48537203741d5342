// Losses, shares and times as people read them.

/** `0.0812`, `1.4e-5`. */
export function lossText(loss: number): string {
  return loss !== 0 && Math.abs(loss) < 1e-3 ? loss.toExponential(1) : loss.toFixed(4);
}

/** `99.21 %`. */
export function shareText(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

/** `12.3 s`, `3 min 20 s`, `2 h 5 min`. */
export function timeText(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `4,878`; below ten with a digit after the point. */
export function countText(count: number): string {
  return count < 10 && !Number.isInteger(count) ? count.toFixed(1) : Math.round(count).toLocaleString('en-US');
}
