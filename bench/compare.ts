// `npm run bench -- compare`: a network beside TensorFlow.js and onnxruntime, in Node and in Chromium, in turn on the same adapter.

import { fileURLToPath } from 'node:url';
import { openDevice } from '../src/index.ts';
import type { ConvokeError } from '../src/runtime/errors.ts';
import { command, type Given } from './command.ts';
import { type Choices, choicesOf, flags } from './compare/choices.ts';
import { startWeb } from './compare/chromium.ts';
import { type Contender, type First, isWeb, type LoadedTask, type Name } from './compare/contender.ts';
import { CONTENDER, load, serveContender, startNode } from './compare/node_process.ts';
import { dataOf } from './compare/page_data.ts';
import { harness, scriptsOf } from './compare/page_scripts.ts';
import { brotliBytes, type PageServer, servePages } from './compare/page_server.ts';
import { formatRows, formatVerdicts, rowsOf } from './compare/rows.ts';
import { judge, type Software, softwareOf } from './compare/targets.ts';
import { checkAgreement, excusable, takeTurns, within } from './compare/turns.ts';
import { describe, environmentOf, writeJson } from './report.ts';

interface Begun {
  readonly contender: Contender;
  readonly first: First;
}

async function bench(given: Given<keyof typeof flags>): Promise<boolean> {
  // Mesa reads it in every process that is started from here: without, a first answer is fast on the second day only.
  process.env.MESA_SHADER_CACHE_DISABLE = 'true';
  const choices = choicesOf(given);
  const { task, rounds, limitMs } = choices;
  const device = await openDevice(task.driver === undefined ? {} : { driver: task.driver });
  const { facts } = device;
  device.destroy();
  const software = softwareOf(facts.description);
  const loaded = await load(task);
  const environment = environmentOf(task.driver, facts);

  const pages = await pagesOf(choices, loaded);
  const begun = new Map<Name, Begun>();
  const leftOut = new Map<Name, string>();
  const leaveOut = (name: Name, { message }: ConvokeError) => {
    leftOut.set(name, message.split('\n')[0]!);
    process.stderr.write(`left out: ${message}\n`);
  };
  try {
    for (const name of choices.contenders) {
      process.stderr.write(`${name}: first answer\n`);
      await begin(name, choices, software, pages, begun, leaveOut);
    }
    const contenders = new Map([...begun].map(([name, { contender }]) => [name, contender]));
    process.stderr.write('in turn\n');
    const samples = await takeTurns(contenders, rounds, limitMs, leaveOut);
    const rows = rowsOf(
      [...samples].map(([name, runs]) => {
        const { first, contender } = begun.get(name)!;
        const downloadBytes = contender.downloaded ? brotliBytes(contender.downloaded()) : null;
        return { contender: name, first, samples: runs, downloadBytes };
      }),
    );
    const weightBytes = Object.values(loaded.network.state).reduce((sum, { data }) => sum + data.byteLength, 0);
    const verdicts = software && choices.usual ? judge(task.model, software, rows, weightBytes) : [];
    const { model, size, batch } = task;
    const weights = loaded.network.weights;
    process.stdout.write(
      `${describe(environment)}\n${model} ${size}x${size}, batch ${batch}, weights: ${weights}; shader cache off\n` +
        `at most ${rounds} runs and ${limitMs / 1000} s each, in turn; x: a peer's time over convoke's in the same place\n\n` +
        `${formatRows(rows)}\n`,
    );
    for (const { contender, version, adapter } of rows)
      process.stdout.write(`${contender} ${version}${adapter === null ? '' : ` on ${adapter}`}\n`);
    for (const [name, why] of leftOut)
      process.stdout.write(`left out: ${why.startsWith(name) ? '' : `${name}: `}${why}\n`);
    if (verdicts.length) process.stdout.write(`\n${formatVerdicts(verdicts)}\n`);
    const report = {
      model,
      size,
      batch,
      weights,
      rounds,
      limitMs,
      rows,
      leftOut: Object.fromEntries(leftOut),
      verdicts,
    };
    writeJson(given.json, { bench: 'compare', environment, ...report });
    return verdicts.every(({ met }) => met !== false);
  } finally {
    for (const { contender } of begun.values()) await contender.close();
    pages?.close();
  }
}

/** A peer that does not get as far as an answer is left out by name; one whose answer is wrong ends the bench. */
async function begin(
  name: Name,
  { task, limitMs }: Choices,
  software: Software | null,
  pages: PageServer | null,
  begun: Map<Name, Begun>,
  leaveOut: (name: Name, why: ConvokeError) => void,
): Promise<void> {
  let contender: Contender | undefined;
  try {
    contender = isWeb(name)
      ? await startWeb(name, software, pages!)
      : await startNode(fileURLToPath(import.meta.url), name, task);
    const first = await within(limitMs, contender.first(), `${name}: the first answer`);
    if (name !== 'convoke') checkAgreement(name, first.logits, begun.get('convoke')!.first.logits);
    begun.set(name, { contender, first });
  } catch (error) {
    await contender?.close();
    if (name === 'convoke' || !excusable(error)) throw error;
    leaveOut(name, error);
  }
}

async function pagesOf({ contenders }: Choices, task: LoadedTask): Promise<PageServer | null> {
  const files = new Map<string, Uint8Array>();
  for (const name of contenders.filter(isWeb)) {
    for (const [file, bytes] of await dataOf(name, task)) files.set(`/${name}/${file}`, bytes);
    for (const [file, bytes] of await scriptsOf(name, task.model)) files.set(`/${name}/${file}`, bytes);
  }
  if (!files.size) return null;
  files.set('/harness.js', await harness());
  const html =
    '<!doctype html><meta charset="utf-8"><title>bench</title><script type="module" src="/harness.js"></script>';
  files.set('/index.html', new TextEncoder().encode(html));
  return servePages(files);
}

if (process.argv[2] === CONTENDER) serveContender(process.argv[3]!);
else await command('compare', flags, bench);
