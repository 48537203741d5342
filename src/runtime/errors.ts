// Every error convoke throws: a class per subject, a stable `code` to branch on, one line of text that names the thing.

/** Base of all errors thrown by convoke. `code` is stable across versions; `message` is one line for a person. */
export class ConvokeError<Code extends string = string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** A call was made with arguments that cannot be served; nothing was started. */
export class UsageError extends ConvokeError<
  'invalid_argument' | 'invalid_plugin' | 'unknown_model' | 'unknown_weights' | 'duplicate_model' | 'disposed'
> {}

/** A graph does not fit together: shapes, attributes or names. The text names the operator and the node. */
export class GraphError extends ConvokeError<
  'shape_mismatch' | 'invalid_attribute' | 'duplicate_name' | 'unknown_operator'
> {}

/** A plan cannot be made within the limits at hand. */
export class PlanError extends ConvokeError<'over_budget' | 'over_limit'> {}

/** The adapter or device is absent, lacks something, was lost, refused a program, or computed wrongly. */
export class DeviceError extends ConvokeError<
  | 'no_adapter'
  | 'missing_limit'
  | 'missing_feature'
  | 'device_lost'
  | 'out_of_memory'
  | 'invalid_program'
  | 'wrong_result'
> {}

/** A weights file is broken, of a kind that is not read, or does not fit the model. */
export class WeightsError extends ConvokeError<
  'corrupt_file' | 'unsupported_format' | 'unsupported_dtype' | 'weights_mismatch' | 'missing_file'
> {
  /** Everything that is wrong, one line each, where a call looks for all of it at once (`weights_mismatch`). */
  readonly problems: readonly string[] = [];

  /** The error of a file that does not fit: `message` summarises, `problems` lists. */
  static mismatch(message: string, problems: readonly string[]): WeightsError {
    return Object.assign(new WeightsError('weights_mismatch', message), { problems });
  }
}

/** A hub, or the cache in front of it, could not give a file. */
export class HubError extends ConvokeError<
  | 'unreachable'
  | 'timeout'
  | 'not_found'
  | 'http_error'
  | 'html_page'
  | 'short_body'
  | 'wrong_hash'
  | 'bad_index'
  | 'offline'
  | 'cache_unwritable'
> {}

/** Training cannot go on; the weights are those of the last good step. */
export class TrainingError extends ConvokeError<'not_finite' | 'corrupt_checkpoint' | 'checkpoint_mismatch'> {}

/** A picture is missing, broken, too large, or of a kind that is not read. */
export class ImageError extends ConvokeError<
  'missing_file' | 'broken_image' | 'image_too_large' | 'unsupported_image'
> {}

/** A data set is missing, broken, empty, of a kind that is not known, or names a class that is not. */
export class DataError extends ConvokeError<
  'missing_file' | 'corrupt_file' | 'empty_dataset' | 'unknown_dataset' | 'unknown_class'
> {}
