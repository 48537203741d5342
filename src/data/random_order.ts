// The order that an epoch goes through a data set: a permutation by seed and epoch, the same on every machine.

import { philox } from '../weights/philox.ts';

/** Sets the numbers that shuffle apart from those that augment pictures or start weights. */
const SHUFFLE = 0x73687566;

/** 0 to `length` - 1 in random order: Fisher and Yates's shuffle, from the last place down, by Philox. */
export function randomOrder(length: number, seed: number, epoch = 0): Uint32Array {
  const order = Uint32Array.from({ length }, (_, i) => i);
  const words = new Uint32Array(4);
  for (let last = length - 1, draw = 0; last > 0; last--, draw++) {
    if (draw % 4 === 0) philox([draw >>> 2, 0, epoch, 0], [seed >>> 0, SHUFFLE], words);
    const chosen = Math.floor((words[draw % 4]! * (last + 1)) / 2 ** 32); // a bias of length / 2^32 at most
    [order[last], order[chosen]] = [order[chosen]!, order[last]!];
  }
  return order;
}
