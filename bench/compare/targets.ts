// How far ahead convoke has to be on software adapters, and whether it is.

import { isPeer, onAdapter } from './contender.ts';
import type { Row } from './rows.ts';

export type Software = 'lavapipe' | 'swiftshader';

export interface Verdict {
  readonly target: string;
  readonly measured: string;
  /** null: what it takes was not measured. */
  readonly met: boolean | null;
}

/** Times faster than the faster of the peers that run there, steady, one image of the network's own size. */
const STEADY: Readonly<Record<string, Readonly<Record<Software, number>>>> = {
  resnet18: { lavapipe: 8, swiftshader: 8 },
  mobilenet_v2: { lavapipe: 5, swiftshader: 6 },
  resnet50: { lavapipe: 7, swiftshader: 5 },
  vgg16: { lavapipe: 7, swiftshader: 5 },
  densenet121: { lavapipe: 7, swiftshader: 5 },
  googlenet: { lavapipe: 7, swiftshader: 5 },
};
const FIRST = { lavapipe: 6, swiftshader: 10 };
const FIRST_MS = 4000;
/** Of onnxruntime's time with its CPU provider, which no driver stands between. */
const CPU_SHARE: typeof STEADY = { resnet18: { lavapipe: 6, swiftshader: 28 } };
const PIPELINES: Readonly<Record<string, number>> = { resnet50: 12, densenet121: 12 };
const BESIDE_WEIGHTS_BYTES: Readonly<Record<string, number>> = { resnet50: 15e6 };

/** The software driver behind an adapter's description; null for a GPU. */
export function softwareOf(adapter: string): Software | null {
  if (/llvmpipe/i.test(adapter)) return 'lavapipe';
  return /swiftshader/i.test(adapter) ? 'swiftshader' : null;
}

/** What is asked of this network on this adapter, for one image of its own size. */
export function judge(model: string, on: Software, rows: readonly Row[], weightBytes: number): Verdict[] {
  const verdicts: Verdict[] = [];
  const ours = rows.find(({ contender }) => contender === 'convoke')!;
  const peers = rows.filter((row) => onAdapter(row.contender) && row.times);
  const atLeast = (target: string, wanted: number, measured: readonly number[]) => {
    const least = Math.min(...measured);
    const known = measured.length > 0;
    const text = known ? `${least.toFixed(1)} times` : 'no peer was measured';
    verdicts.push({ target: `${target} ${wanted} times faster`, measured: text, met: known ? least >= wanted : null });
  };
  const atMost = (target: string, most: number, measured: number, text: string) =>
    verdicts.push({ target, measured: text, met: measured <= most });

  const steady = STEADY[model]?.[on];
  if (steady === undefined) return [];
  atLeast(
    'steady, against the faster peer:',
    steady,
    peers.map(({ times }) => times!.wall),
  );
  atLeast(
    'first answer:',
    FIRST[on],
    peers.map(({ times }) => times!.first),
  );
  if (on === 'lavapipe')
    atMost('first answer: under 4 s', FIRST_MS, ours.firstMs, `${(ours.firstMs / 1000).toFixed(1)} s`);
  const share = CPU_SHARE[model]?.[on];
  const cpu = rows.find((row) => isPeer(row.contender) && !onAdapter(row.contender));
  if (share !== undefined) {
    const target = `at most ${share} times onnxruntime's CPU time on the wall`;
    const ratio = cpu && ours.medianMs / cpu.medianMs;
    if (ratio === undefined) verdicts.push({ target, measured: 'it was not measured', met: null });
    else atMost(target, share, ratio, `${ratio.toFixed(1)} times`);
  }
  const pipelines = PIPELINES[model];
  if (pipelines !== undefined)
    atMost(`at most ${pipelines} pipelines`, pipelines, ours.pipelines!, `${ours.pipelines}`);
  const beside = BESIDE_WEIGHTS_BYTES[model];
  if (beside !== undefined) {
    const bytes = ours.gpu!.peakBytes - weightBytes;
    atMost(
      `at most ${beside / 1e6} MB of GPU memory beside the weights`,
      beside,
      bytes,
      `${(bytes / 1e6).toFixed(1)} MB`,
    );
  }
  return verdicts;
}
