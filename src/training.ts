// `convoke/training`: what one trains with. An entry of its own because of esbuild: where it splits code, a page loads at once whatever
// its imports lead to and a later part uses, and `model.trainer` is such a part.

export type { Augmentation } from './data/augment.ts';
/** Changes to training pictures, for `batches` and trainers: `augment.randomCrop({ padding: 4 })`. */
export * as augment from './data/augment.ts';
export { type Batch, type BatchOptions, batches } from './data/batches.ts';
export { cifar10, cifar100 } from './data/cifar.ts';
export type { Folder, Place } from './data/data_files.ts';
export type { Dataset } from './data/dataset.ts';
export { type IdxOptions, idx, mnist } from './data/idx.ts';
export { imageFolder } from './data/image_folder.ts';
export { imageList, type Labelled, type ListOptions } from './data/image_list.ts';
export { type OpenedDataset, openDataset } from './data/open_dataset.ts';
export type { PictureSource } from './data/picture_source.ts';
export { concatenated, split, subset } from './data/subset.ts';
export { tarShards } from './data/tar_shards.ts';
export type { TrainAndTest } from './data/train_and_test.ts';
export { type ViewKind, type Views, views } from './data/views.ts';
export { type CheckpointFolder, resumeCheckpoint, saveCheckpoint } from './training/checkpoint.ts';
export { type Answering, type EvaluateOptions, type Evaluation, evaluate } from './training/evaluate.ts';
export type { EpochEvent, Scores, StepEvent, TrainingEvent } from './training/events.ts';
export type { FitOptions } from './training/fit.ts';
export { crossEntropy, type Loss, meanSquaredError, radialBasisLoss } from './training/losses.ts';
export { adadelta, adagrad, adam, adamw, type Optimizer, rmsprop, sgd } from './training/optimizers.ts';
export { googlenetSchedule, lenet5Schedule } from './training/paper_schedules.ts';
export { alexnetSchedule, reduceOnPlateau, resnetSchedule } from './training/plateau.ts';
export type { Progress as TrainingProgress } from './training/progress.ts';
export {
  constant,
  constantWarmup,
  cosine,
  exponential,
  linearWarmup,
  multiStep,
  oneCycle,
  polynomial,
  type Schedule,
  sequential,
  stepLr,
  warmRestarts,
} from './training/schedules.ts';
export type { StepResult, Trainer, TrainerOptions, TrainingBatch } from './training/trainer.ts';
