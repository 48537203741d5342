// What training leaves in its folder: the weights, a hub.json that makes the folder a hub, and the report.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { files } from '#files';
import type { Dataset } from '../data/dataset.ts';
import type { Model } from '../registry/model.ts';
import type { Evaluation } from '../training/evaluate.ts';
import type { Scores } from '../training/events.ts';
import { digest } from '../weights/cache.ts';
import type { HubIndex } from '../weights/hub_schema.ts';
import { pngAddress } from './png.ts';
import { type Report, reportPage } from './report.ts';

const WEIGHTS = 'model.safetensors';
/** The id of the weights in hub.json. */
const ID = 'TRAINED';
/** Pictures that were read wrongly, in the report; the most certain mistakes come first. */
const MOST_WRONG = 60;
/** Their longer side, in pixels. */
const PICTURE = 96;

export interface RunFiles {
  readonly weights: string;
  readonly hub: string;
  readonly report: string;
}

export const runFiles = (folder: string): RunFiles => ({
  weights: join(folder, WEIGHTS),
  hub: join(folder, 'hub.json'),
  report: join(folder, 'report.html'),
});

/** The weights, and beside them what `--hub FOLDER` needs: names of classes, preprocessing, how good they are. */
export async function writeWeights(
  folder: string,
  model: Model,
  classNames: readonly string[],
  accuracy: Readonly<Record<string, Scores>>,
): Promise<void> {
  const paths = runFiles(folder);
  await model.save(paths.weights);
  const source = await files.openFile(pathToFileURL(paths.weights));
  const sha256 = await digest(source, {}).finally(() => source.close());
  const percent = (share: number) => Number((100 * share).toFixed(3));
  const index: HubIndex = {
    format: 1,
    weights: [
      {
        model: model.name,
        id: ID,
        default: true,
        file: WEIGHTS,
        sha256,
        bytes: source.size,
        classes: [...classNames],
        preprocess: model.preprocess,
        accuracy: Object.fromEntries(
          Object.entries(accuracy).map(([set, { top1, top5 }]) => [set, { top1: percent(top1), top5: percent(top5) }]),
        ),
      },
    ],
  };
  await writeText(paths.hub, `${JSON.stringify(index, null, 2)}\n`);
}

/** The page; of the pictures that were read wrongly those are in it that the model was most certain of. */
export async function writeReport(
  folder: string,
  report: Omit<Report, 'test'>,
  test: { readonly evaluation: Evaluation; readonly dataset: Dataset } | null,
): Promise<void> {
  const { report: path } = runFiles(folder);
  if (!test) return writeText(path, reportPage({ ...report, test: null }));
  const { dataset, evaluation } = test;
  const { confusion, wrong, ...scores } = evaluation;
  const certain = wrong.toSorted((a, b) => b.probability - a.probability).slice(0, MOST_WRONG);
  const shown = await Promise.all(
    certain.map(async ({ index, ...answer }) => ({
      ...answer,
      name: dataset.name(index),
      picture: await pngAddress(await dataset.read(index), PICTURE),
    })),
  );
  const answers = { scores, confusion, wrong: shown, wrongCount: wrong.length };
  await writeText(path, reportPage({ ...report, test: answers }));
}

function writeText(path: string, text: string): Promise<void> {
  return files.writeFile(
    path,
    (async function* () {
      yield new TextEncoder().encode(text);
    })(),
  );
}
