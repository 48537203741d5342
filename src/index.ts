// The public API, and nothing else.

import { builtin } from './models/builtin.ts';
import { Registry } from './registry/registry.ts';

/** All models that come with convoke. Add your own with `registry.register(plugin)`. */
export const registry = /* @__PURE__ */ new Registry(builtin);

export type { DecodeOptions, ImageSource, Pixels, RawPixels } from './image/pixels.ts';
export type { Preprocess } from './image/preprocess_spec.ts';
export { samplePicture } from './image/sample.ts';
/** The words that models are written in, for plugins. */
export * as layers from './models/layers.ts';
export type { Classification } from './registry/answers.ts';
export type { LoadOptions } from './registry/load.ts';
export type { ClassifyOptions, Model } from './registry/model.ts';
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
export type {
  StreamAnswer,
  StreamAnswered,
  StreamOptions,
  StreamRefused,
  StreamSource,
} from './registry/stream.ts';
export type { Description, Precision, Storage, Summary, SummaryLayer } from './registry/summary.ts';
export type { TunedClass, TuneOptions, TuneReport } from './registry/tune.ts';
export type { WarmupOptions } from './registry/warmup.ts';
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
export type { HubEntry, HubIndex } from './weights/hub_schema.ts';
export type { WeightsEntry, WeightsSource } from './weights/manifest.ts';
export type { WeightsInput } from './weights/open_weights.ts';
export type { StateDict } from './weights/tensors.ts';
