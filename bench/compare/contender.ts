// What a contender is to the bench: something in a process of its own that answers the same batch when it is asked to.

import type { Sample } from '../measure.ts';
import type { Network } from '../network.ts';

export const names = ['convoke', 'tfjs-node', 'ort-cpu', 'convoke-web', 'ort-web', 'tfjs-web'] as const;
export type Name = (typeof names)[number];
export type PeerName = Exclude<Name, 'convoke' | 'convoke-web'>;
/** Who is measured in Chromium, each in a browser of its own. */
export type WebName = 'convoke-web' | 'ort-web' | 'tfjs-web';

export const isWeb = (name: Name): name is WebName => name.endsWith('-web');
export const isPeer = (name: Name): name is PeerName => !name.startsWith('convoke');
/** The peers that run on the adapter that convoke runs on. */
export const onAdapter = (name: Name): boolean => isPeer(name) && name !== 'ort-cpu';

export interface Task {
  readonly model: string;
  readonly size: number;
  readonly batch: number;
  readonly driver?: string;
  readonly hub?: string;
}

/** A task with what every contender is given in its own form. */
export interface LoadedTask extends Task {
  readonly network: Network;
  /** [batch, channels, size, size]. */
  readonly images: Float32Array<ArrayBuffer>;
}

export interface GpuBytes {
  /** The most at once. */
  readonly peakBytes: number;
  /** What is still there when the answer is. */
  readonly liveBytes: number;
}

export interface Facts {
  readonly version: string;
  /** What the contender's own adapter calls itself; null where none is used. */
  readonly adapter: string | null;
  /** Buffers and textures that the GPU was asked for up to the first answer; null where none is used. */
  readonly gpu: GpuBytes | null;
  /** Known of convoke alone. */
  readonly pipelines?: number;
}

export interface First extends Sample {
  readonly logits: Float32Array;
  readonly facts: Facts;
}

export interface Contender {
  /** From program and weights in memory to the logits: opening the device, uploading, compiling, running. Called once, first. */
  first(): Promise<First>;
  run(): Promise<Sample>;
  /** The program's files that the first answer took, where it came from a server. */
  readonly downloaded?: () => readonly Uint8Array[];
  /** Ends the process, whatever it is doing. */
  close(): Promise<void>;
}
