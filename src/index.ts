// The public API, and nothing else.

import { builtin } from './models/builtin.ts';
import { Registry } from './registry/registry.ts';

/** All models that come with convoke. Add your own with `registry.register(plugin)`. */
export const registry = /* @__PURE__ */ new Registry(builtin);

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
export type { DecodeOptions, ImageSource, Pixels, RawPixels } from './image/pixels.ts';
export type { Preprocess } from './image/preprocess_spec.ts';
export { samplePicture } from './image/sample.ts';
/** The words that models are written in, for plugins. */
export * as layers from './models/layers.ts';
export type { LoadOptions } from './registry/load.ts';
export type { Classification, ClassifyOptions, Model } from './registry/model.ts';
export {
  type Build,
  type BuildConfig,
  type Config,
  configured,
  defineModels,
  type Heads,
  type InputSpec,
  type ModelSpec,
  type Plugin,
} from './registry/plugin.ts';
export type { Profile, ProfileRow } from './registry/profile.ts';
export { type ModelInfo, Registry } from './registry/registry.ts';
export type { SaveOptions, SaveTarget } from './registry/save.ts';
export type { Description, Summary, SummaryLayer } from './registry/summary.ts';
export { type Device, openDevice } from './runtime/device/device.ts';
export {
  ConvokeError,
  DataError,
  DeviceError,
  GraphError,
  HubError,
  ImageError,
  PlanError,
  TrainingError,
  UsageError,
  WeightsError,
} from './runtime/errors.ts';
export type { Init, Scope } from './runtime/graph/scope.ts';
export type { Value } from './runtime/graph/value.ts';
export type { AdapterFacts } from './runtime/plan/facts.ts';
export type { OnProgress, Progress } from './runtime/progress.ts';
export { type Tensor, tensor } from './runtime/tensor.ts';
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
export type { HubEntry, HubIndex, WeightsEntry, WeightsSource } from './weights/manifest.ts';
export type { WeightsInput } from './weights/open_weights.ts';
export type { StateDict } from './weights/tensors.ts';
