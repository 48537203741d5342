// Long work in turns: a page that loads a model goes on scrolling, and Dawn hears of what the GPU has done.

/** Under a fifth of what people notice, as other machines are several times slower. */
const HELD_MS = 8;

let last = Number.NEGATIVE_INFINITY;

/** To be awaited every few milliseconds of work: lets everything else have its turn where the last turn is long ago. */
export async function breathe(): Promise<void> {
  if (performance.now() - last < HELD_MS) return;
  await turn();
  last = performance.now();
}

/**
 * What was to happen next happens before it resolves. A message to itself: `scheduler.yield` would come back before the answers of the GPU process and the page's timers have had
 * their turn, and timers come once a second in a page that is hidden.
 */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
