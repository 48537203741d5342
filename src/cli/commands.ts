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
    flags: ['model', 'weights', 'hub', 'offline', 'top', 'sample', 'precision', 'driver', 'json', 'help'],
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
  tune: {
    operands: 'MODEL...',
    about: "measure which kernels serve models' layers best on this adapter, and remember it",
    flags: ['batch', 'size', 'precision', 'training', 'driver', 'json', 'help'],
    notes: [
      'Every kernel that could serve a layer is compared with the plain one, then timed. What is wrong is never used again on this',
      'adapter, and `convoke doctor` tells of it. What was measured before is not measured again. Models that are loaded later',
      'use the fastest; results stay within the same bounds, but not bit for bit what they were.',
    ],
    examples: ['convoke tune resnet18 mobilenet_v2', 'convoke tune resnet50 --training --batch 8'],
    run: async (args, signal) => (await import('./tune.ts')).tune(args, signal),
  },
  train: {
    operands: '',
    about: 'teach a model with labelled pictures',
    flags: [
      'model',
      'data',
      'out',
      'epochs',
      'batch',
      'optimizer',
      'lr',
      'momentum',
      'weight-decay',
      'schedule',
      'clip',
      'accumulate',
      'average',
      'augment',
      'pretrained',
      'weights',
      'hub',
      'offline',
      'freeze',
      'size',
      'validate',
      'patience',
      'precision',
      'seed',
      'resume',
      'driver',
      'json',
      'help',
    ],
    notes: [
      'Needs --model and --data. The folder --out gets model.safetensors, which PyTorch reads, hub.json, so that --hub DIR',
      'finds it, report.html, and checkpoints (last and best). Ctrl-C saves and leaves; --resume goes on to the same weights.',
      'Epochs are judged by the test pictures of the data, else by what --validate names. The weights written are those of',
      'the last epoch; with --validate or --patience, those of the best.',
      'Schedules: constant, step[:EPOCHS,FACTOR], multi-step:E1,E2,..., exponential[:FACTOR], polynomial[:POWER], cosine[:RATE],',
      'warmup[:EPOCHS], one-cycle, plateau[:EPOCHS,FACTOR], and the papers: lenet5, googlenet, alexnet, resnet.',
      'Augmentations: digits, photos, cifar, alexnet; crop, resized-crop, flip, vertical-flip, diagonal-flip, rotate, affine,',
      'elastic, jitter, lighting, erase, mixup.',
    ],
    examples: [
      'convoke train --model lenet5 --data mnist/ --epochs 20 --augment digits',
      'convoke train --model mobilenet_v2 --data photos/ --pretrained --freeze features --augment photos',
    ],
    run: async (args, signal) => (await import('./train.ts')).train(args, signal),
  },
  evaluate: {
    operands: '',
    about: 'say how well models do on labelled pictures',
    flags: ['model', 'data', 'weights', 'views', 'batch', 'hub', 'offline', 'precision', 'driver', 'json', 'help'],
    notes: [
      'Needs --model and --data; the test pictures of the data are used, or all where none are set apart. Several models',
      'with commas between them answer together: their probabilities are averaged. --weights then names one for each.',
    ],
    examples: [
      'convoke evaluate --model lenet5 --data mnist/',
      'convoke evaluate --model resnet18,resnet50 --data photos/ --views ten-crop',
    ],
    run: async (args, signal) => (await import('./evaluate.ts')).evaluate(args, signal),
  },
  explain: {
    operands: 'IMAGE',
    about: 'draw where in a picture a model sees what it answers',
    flags: ['model', 'weights', 'class', 'method', 'out', 'top', 'hub', 'offline', 'driver', 'json', 'help'],
    notes: [
      'Writes a PNG: the picture under colours from blue (nothing) to red (most), dark where the model does not look.',
      'gradcam shows where the class is seen, saliency which pixels move it. --out is IMAGE-METHOD.png in this folder otherwise.',
    ],
    examples: ['convoke explain dog.jpg', "convoke explain dog.jpg --class 'tennis ball' --out ball.png"],
    run: async (args, signal) => (await import('./explain.ts')).explain(args, signal),
  },
  digits: {
    operands: '',
    about: 'read digits that convoke writes by hand itself',
    flags: ['model', 'weights', 'hub', 'offline', 'seed', 'driver', 'json', 'help'],
    notes: [
      'The model is lenet5, whose weights come with convoke, so no network is needed. --seed N writes other digits.',
    ],
    examples: ['convoke digits', 'convoke digits --seed 7'],
    run: async (args, signal) => (await import('./digits.ts')).digits(args, signal),
  },
  list: {
    operands: '[PATTERN]',
    about: 'which models there are',
    flags: ['sort', 'json', 'help'],
    notes: [
      'PATTERN is a part of the name, or a whole name in which * stands for anything.',
      'Multiply-adds are for one image; top-1 is the published accuracy of the default weights on ImageNet-1k.',
    ],
    examples: ['convoke list', "convoke list 'resne*'", 'convoke list --sort top1'],
    run: async (args) => (await import('./list.ts')).list(args),
  },
  info: {
    operands: 'MODEL',
    about: 'what a model is, and which weights are published for it',
    flags: ['layers', 'precision', 'json', 'help'],
    notes: [],
    examples: ['convoke info resnet50', 'convoke info lenet5 --layers'],
    run: async (args) => (await import('./info.ts')).info(args),
  },
  pull: {
    operands: 'MODEL',
    about: "download a model's weights into the cache",
    flags: ['weights', 'hub', 'offline', 'json', 'help'],
    notes: [
      '--weights is the id of an entry here; without it the default weights come.',
      "The file is checked, downloaded or not. A hub's folder is checked where it lies, and nothing is copied.",
    ],
    examples: ['convoke pull resnet50', 'convoke pull resnet50 --weights IMAGENET1K_V1 --json'],
    run: async (args, signal) => (await import('./pull.ts')).pull(args, signal),
  },
  cache: {
    operands: 'list|verify|clear [PATTERN]',
    about: 'what lies in the cache, whether it is whole, and out with it',
    flags: ['json', 'help'],
    notes: [
      "PATTERN is a part of a model's, an entry's or a file's name or of its SHA-256, or a whole one in which * stands for",
      'anything. verify reads and hashes every file; the exit code is 1 when one is damaged. clear asks nothing, and says',
      'what it removed; downloads that go on are left alone.',
    ],
    examples: ['convoke cache list', 'convoke cache verify', 'convoke cache clear resnet50'],
    run: async (args, signal) => (await import('./cache.ts')).cache(args, signal),
  },
  hub: {
    operands: 'build DIR',
    about: 'write hub.json for the .safetensors files of a folder, so that others can use them',
    flags: [
      'model',
      'id',
      'classes',
      'licence',
      'resize',
      'crop',
      'interpolation',
      'mean',
      'std',
      'force',
      'json',
      'help',
    ],
    notes: [
      "A file's model is that of its entry in hub.json, else --model, else the model whose name begins the file's.",
      'Every file must fit its model exactly. Classes and preprocessing are those of its entry, else of the flags, else of',
      "the model's default weights. What stands in hub.json already stays, but for hashes and sizes.",
    ],
    examples: ['convoke hub build weights/', 'convoke hub build weights/ --model resnet18 --classes birds.txt'],
    run: async (args, signal) => (await import('./hub.ts')).hub(args, signal),
  },
  bench: {
    operands: '[peak|kernels|models|training ...]',
    about: 'measure this GPU and how convoke runs on it; bench merge A.json B.json compares GPUs',
    flags: ['model', 'filter', 'images', 'rounds', 'driver', 'html', 'json_file', 'help'],
    notes: [
      'All four are measured where none is named; Ctrl-C stops after the thing that is being measured.',
      'peak: multiply-adds, memory, dispatches, and the way to the GPU and back. kernels: every kernel that can serve each of',
      "some layers of real networks, checked against the layer's plain kernel before it is timed, and held against the roof that",
      'peak has measured; * marks the one that convoke chooses. models, training: from weights in memory to the first answer or',
      'loss, and the runs after it. --model names the models of both, with commas between them. No network is touched.',
      'merge takes two or more files that --json has written; N x is N times as fast as the first.',
    ],
    examples: [
      'convoke bench --html bench.html --json bench.json',
      "convoke bench kernels --filter 'resnet18' --driver swiftshader",
      'convoke bench kernels models --batch 32',
      'convoke bench merge mine.json theirs.json --html both.html',
    ],
    run: async (args, signal) => (await import('./bench/bench.ts')).bench(args, signal),
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
