// The list of commands: what each takes and says of itself. The code behind one is loaded when it is called.

import type { Arguments, FlagName } from './arguments.ts';

export interface Command {
  /** What follows the command's name: `IMAGE...`. */
  readonly operands: string;
  readonly about: string;
  readonly flags: readonly FlagName[];
  /** Sentences for its help page. */
  readonly notes: readonly string[];
  readonly examples: readonly string[];
  /** Returns the exit code. Throws ConvokeError, or the signal's reason. */
  run(args: Arguments, signal: AbortSignal): Promise<number>;
}

export const commands: Readonly<Record<string, Command>> = {
  classify: {
    operands: 'IMAGE...',
    about: 'say what is in pictures',
    flags: ['model', 'weights', 'hub', 'offline', 'top', 'sample', 'driver', 'json', 'help'],
    notes: [
      'IMAGE is a JPEG, PNG, WebP, AVIF, GIF or TIFF file, or - for the bytes of one on stdin.',
      'A file given as --weights is taken to have the classes and the preprocessing of the default weights.',
      'A picture that cannot be read fails alone: the others are answered, and the exit code is 1.',
      'Times: load (weights read and on the GPU), compile (pipelines), first (the first run of the model), run (a run',
      'after it); reading and resizing the picture is in none of them.',
    ],
    examples: ['convoke classify cat.jpg', 'convoke classify *.jpg --model resnet50 --top 1 --json'],
    run: async (args, signal) => (await import('./classify.ts')).classify(args, signal),
  },
  list: {
    operands: '[PATTERN]',
    about: 'which models there are',
    flags: ['json', 'help'],
    notes: ['PATTERN is a part of the name, or a whole name in which * stands for anything.'],
    examples: ['convoke list', "convoke list 'resne*'"],
    run: async (args) => (await import('./list.ts')).list(args),
  },
  info: {
    operands: 'MODEL',
    about: 'what a model is, and which weights are published for it',
    flags: ['json', 'help'],
    notes: [],
    examples: ['convoke info resnet50'],
    run: async (args) => (await import('./info.ts')).info(args),
  },
  doctor: {
    operands: '',
    about: 'whether this machine has what convoke needs, and what to do where it has not',
    flags: ['hub', 'offline', 'driver', 'json', 'help'],
    notes: ['The exit code is 1 when something is missing.'],
    examples: ['convoke doctor', 'convoke doctor --driver swiftshader --json'],
    run: async (args, signal) => (await import('./doctor.ts')).doctor(args, signal),
  },
};
