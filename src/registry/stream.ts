// `model.stream`: answers in the order of the inputs, while further inputs are fetched, decoded, uploaded and run.

import type { ImageSource } from '../image/pixels.ts';
import { turn } from '../runtime/breathe.ts';
import { ConvokeError, UsageError } from '../runtime/errors.ts';
import { join, Tensor } from '../runtime/tensor.ts';
import { unlessAborted } from '../runtime/unless_aborted.ts';
import { best, type Classification } from './answers.ts';
import type { Model } from './model.ts';

export interface StreamOptions {
  /** How many inputs run together, where as many are there. The answers are the same, to the bit. Default 1. */
  readonly batch?: number;
  /** How many runs are under way or prepared for at a time: `batch * inFlight` inputs are read ahead, never more. Default 3. */
  readonly inFlight?: number;
  /** How many classes an answer names, best first. Default 5. */
  readonly top?: number;
  /**
   * What becomes of an input that cannot be read. `answer`, the default: its answer has an `error`, and the others have theirs.
   * `throw`: the stream throws it where its answer would be, and ends.
   */
  readonly onError?: 'answer' | 'throw';
  readonly signal?: AbortSignal;
}

/** What the model says of one input. */
export interface StreamAnswered<Input> {
  /** Of the input, from 0. */
  readonly index: number;
  readonly input: Input;
  /** [1, classes]: what `forward` gives for it. */
  readonly logits: Tensor;
  /** What `classify` gives for it. */
  readonly classes: readonly Classification[];
  readonly error?: undefined;
}

/** An input that could not be read: ImageError, or UsageError for a tensor of another shape. */
export interface StreamRefused<Input> {
  readonly index: number;
  readonly input: Input;
  readonly logits?: undefined;
  readonly classes?: undefined;
  readonly error: ConvokeError;
}

export type StreamAnswer<Input> = StreamAnswered<Input> | StreamRefused<Input>;

/** Many inputs, at once or as they come. */
export type StreamSource<Input> = AsyncIterable<Input> | Iterable<Input>;

type Answering = Pick<Model, 'name' | 'preprocess' | 'classNames' | 'forward' | 'read'>;

/** An input that was read from the source and whose answer was not handed out. */
interface Entry<Input> {
  readonly index: number;
  readonly input: Input;
  stage: 'reading' | 'read' | 'over';
  tensor: Tensor | null;
  readonly answer: Promise<StreamAnswer<Input>>;
  resolve(answer: StreamAnswer<Input>): void;
  reject(error: unknown): void;
}

export async function* stream<Input extends ImageSource | Tensor>(
  model: Answering,
  source: StreamSource<Input>,
  options: StreamOptions,
): AsyncGenerator<StreamAnswer<Input>, void, undefined> {
  const answers = new Answers(model, source, options);
  try {
    for (let answer = await answers.next(); answer; answer = await answers.next()) yield answer;
  } finally {
    await answers.close();
  }
}

class Answers<Input extends ImageSource | Tensor> {
  readonly #model: Answering;
  readonly #options: Required<Omit<StreamOptions, 'signal'>> & { readonly signal: AbortSignal | undefined };
  readonly #source: Iterator<Input> | AsyncIterator<Input>;
  /** In the source's order, the oldest first. */
  readonly #ahead: Entry<Input>[] = [];
  /** Ends decoding when the stream ends. */
  readonly #stop = new AbortController();
  readonly #reading: AbortSignal;
  #count = 0;
  #running = 0;
  /** While the source is asked for its next input; it does not reject. */
  #asking: Promise<void> | null = null;
  #later: Promise<void> | null = null;
  #ended = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(model: Answering, source: StreamSource<Input>, options: StreamOptions) {
    const { batch = 1, inFlight = 3, top = 5, onError = 'answer', signal } = options;
    check(model.name, source, { batch, inFlight, top }, onError);
    this.#model = model;
    this.#options = { batch, inFlight, top, onError, signal };
    this.#source = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
    this.#reading = signal ? AbortSignal.any([signal, this.#stop.signal]) : this.#stop.signal;
  }

  /** The next answer; null after the last. Throws what ends the stream, once the answers before it were handed out. */
  async next(): Promise<StreamAnswer<Input> | null> {
    const { signal } = this.#options;
    for (;;) {
      signal?.throwIfAborted();
      this.#ask();
      const [oldest] = this.#ahead;
      if (oldest) {
        const answer = await unlessAborted(oldest.answer, signal);
        this.#ahead.shift();
        this.#ask();
        return answer;
      }
      if (this.#asking) await unlessAborted(this.#asking, signal);
      else if (this.#failure) throw this.#failure.error;
      else return null;
    }
  }

  /** Stops reading and decoding; what runs ends unheard. */
  async close(): Promise<void> {
    this.#stop.abort(new DOMException('the stream has ended', 'AbortError'));
    const ended = this.#ended;
    this.#ended = true;
    if (ended) return;
    const closing = (async () => void (await this.#source.return?.()))();
    // A generator that is waiting for its next input hears of the end after that, which may never come.
    if (this.#asking) closing.catch(() => {});
    else await closing;
  }

  #ask(): void {
    const { batch, inFlight } = this.#options;
    if (this.#ended || this.#asking || this.#ahead.length >= batch * inFlight) return;
    this.#asking = this.#take().then(() => {
      this.#asking = null;
      this.#ask();
      this.#run();
    });
  }

  async #take(): Promise<void> {
    try {
      const { done, value } = await this.#source.next();
      if (done) this.#ended = true;
      else if (!this.#ended) void this.#read(this.#entry(value));
    } catch (error) {
      this.#ended = true;
      this.#failure = { error };
    }
  }

  #entry(input: Input): Entry<Input> {
    let [resolve, reject]: [Entry<Input>['resolve'], Entry<Input>['reject']] = [() => {}, () => {}];
    const answer = new Promise<StreamAnswer<Input>>((resolves, rejects) => {
      resolve = resolves;
      reject = rejects;
    });
    answer.catch(() => {}); // whoever asks for it hears of it
    const entry: Entry<Input> = {
      index: this.#count++,
      input,
      stage: 'reading',
      tensor: null,
      answer,
      resolve,
      reject,
    };
    this.#ahead.push(entry);
    return entry;
  }

  async #read(entry: Entry<Input>): Promise<void> {
    const { index, input } = entry;
    try {
      entry.tensor = await this.#tensorOf(input);
      entry.stage = 'read';
    } catch (error) {
      entry.stage = 'over';
      const refused = error instanceof ConvokeError && error.code !== 'disposed' && this.#options.onError === 'answer';
      if (refused) entry.resolve({ index, input, error });
      else entry.reject(error);
    }
    this.#run();
  }

  async #tensorOf(input: Input): Promise<Tensor> {
    if (!(input instanceof Tensor)) return this.#model.read(input, { signal: this.#reading });
    const { mean, crop } = this.#model.preprocess;
    const expected = [1, mean.length, crop, crop];
    if (`${input.shape}` === `${expected}`) return input;
    const what = `the stream of ${this.#model.name} takes tensors [${expected}] and was given [${input.shape}]`;
    throw new UsageError('invalid_argument', what);
  }

  /**
   * Starts runs of whole batches, and of less where it would be idle otherwise: where nothing runs and nothing but the source
   * is waited for, which may itself be waiting for an answer. It had `time` to give what it has.
   */
  #run(time = false): void {
    const { batch } = this.#options;
    while (!this.#reading.aborted) {
      const open = this.#ahead.filter(({ stage }) => stage !== 'over');
      const gap = open.findIndex(({ stage }) => stage === 'reading');
      const ready = open.slice(0, gap < 0 ? batch : Math.min(gap, batch));
      const idle = gap < 0 && (this.#running === 0 || this.#ended);
      if (ready.length === 0 || (ready.length < batch && !idle)) return;
      if (ready.length < batch && this.#asking && !time) {
        this.#later ??= turn().then(() => {
          this.#later = null;
          this.#run(true);
        });
        return;
      }
      void this.#answer(ready);
    }
  }

  async #answer(entries: readonly Entry<Input>[]): Promise<void> {
    const { top } = this.#options;
    const { classNames } = this.#model;
    this.#running++;
    for (const entry of entries) entry.stage = 'over';
    try {
      const data = await this.#logits(entries.map(({ tensor }) => tensor!));
      const width = data.length / entries.length;
      for (const [i, { index, input, resolve }] of entries.entries()) {
        const own = data.slice(i * width, (i + 1) * width);
        const logits = new Tensor(own, [1, width]);
        resolve({
          index,
          input,
          logits,
          get classes() {
            return best(own, top, classNames); // not before it is asked for: it takes as long as a small network
          },
        });
      }
    } catch (error) {
      for (const { reject } of entries) reject(error);
    }
    this.#running--;
    this.#run();
  }

  async #logits(tensors: readonly Tensor[]): Promise<Float32Array<ArrayBuffer>> {
    const [, ...shape] = tensors[0]!.shape;
    const parts = await Promise.all(tensors.map((tensor) => tensor.data()));
    return (await this.#model.forward(new Tensor(join(parts), [tensors.length, ...shape]))).data();
  }
}

function check(
  name: string,
  source: unknown,
  numbers: Readonly<Record<string, number>>,
  onError: NonNullable<StreamOptions['onError']>,
): void {
  const wrong = (what: string) => new UsageError('invalid_argument', `stream of ${name}: ${what}`);
  const many = typeof source === 'object' && source !== null && !ArrayBuffer.isView(source);
  if (!many || !(Symbol.asyncIterator in source || Symbol.iterator in source))
    throw wrong('the source must be an array or another iterable of pictures and tensors');
  for (const [key, value] of Object.entries(numbers))
    if (!(Number.isSafeInteger(value) && value > 0))
      throw wrong(`${key} must be a positive whole number and is ${value}`);
  if (onError !== 'answer' && onError !== 'throw') throw wrong(`onError must be answer or throw and is ${onError}`);
}
