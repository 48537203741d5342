// `bench -- compare` without its peers: what it is asked for, turns and limits, ratios, targets, and CPU time of processes.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { choicesOf, flags } from '../../bench/compare/choices.ts';
import type { Facts, Name } from '../../bench/compare/contender.ts';
import { brotliBytes, servePages } from '../../bench/compare/page_server.ts';
import { parseStat, treeCpuMs } from '../../bench/compare/process_tree.ts';
import { formatRows, formatVerdicts, type Measured, rowsOf } from '../../bench/compare/rows.ts';
import { judge, softwareOf } from '../../bench/compare/targets.ts';
import { checkAgreement, takeTurns, within } from '../../bench/compare/turns.ts';
import { ConvokeError } from '../../src/runtime/errors.ts';

const defaults = {
  model: 'resnet18',
  size: undefined,
  batch: '1',
  peers: flags.peers.default,
  rounds: '5',
  limit: '300',
  driver: 'lavapipe',
  hub: undefined,
  json: undefined,
};

describe('choicesOf', () => {
  it('puts convoke first in Node and in the browser', () => {
    const { contenders, task, usual, limitMs } = choicesOf(defaults);
    expect(contenders).toEqual(['convoke', 'tfjs-node', 'ort-cpu', 'convoke-web', 'ort-web', 'tfjs-web']);
    expect(task).toEqual({ model: 'resnet18', size: 224, batch: 1, driver: 'lavapipe' });
    expect([usual, limitMs]).toEqual([true, 300_000]);
  });

  it('starts no browser for peers in Node alone', () => {
    expect(choicesOf({ ...defaults, peers: 'ort-cpu' }).contenders).toEqual(['convoke', 'ort-cpu']);
    expect(choicesOf({ ...defaults, size: '64' }).usual).toBe(false);
    expect(choicesOf({ ...defaults, batch: '2' }).usual).toBe(false);
  });

  it.each([
    [{ peers: 'tfjs-node,torch' }, "--peers: 'torch' is none of tfjs-node,ort-cpu,ort-web,tfjs-web"],
    [{ peers: 'convoke' }, "--peers: 'convoke' is none of"],
    [{ peers: '' }, "--peers: '' is none of"],
    [{ rounds: '0' }, '--rounds must be a positive whole number'],
    [{ limit: 'long' }, '--limit must be a positive whole number'],
    [{ model: 'resnet19' }, 'resnet18'],
  ])('refuses %j', (given, text) => {
    expect(() => choicesOf({ ...defaults, ...given })).toThrow(text);
  });
});

describe('turns', () => {
  const contender = (order: Name[], name: Name, wallMs: number) => ({
    run: async () => {
      order.push(name);
      return { wallMs, cpuMs: 2 * wallMs };
    },
  });

  it('are taken in turn, until a contender has used its time', async () => {
    const order: Name[] = [];
    const contenders = new Map([
      ['convoke', contender(order, 'convoke', 10)],
      ['tfjs-node', contender(order, 'tfjs-node', 600)],
      ['ort-web', contender(order, 'ort-web', 2000)],
    ] as const);
    const samples = await takeTurns(contenders, 4, 1000, () => expect.unreachable());
    expect(order.slice(0, 5)).toEqual(['convoke', 'tfjs-node', 'ort-web', 'convoke', 'tfjs-node']);
    expect([...samples].map(([name, { length }]) => [name, length])).toEqual([
      ['convoke', 4],
      ['tfjs-node', 2],
      ['ort-web', 1],
    ]);
  });

  it('go on without a peer that fails, and not without convoke', async () => {
    const failing = (name: Name) =>
      new Map([[name, { run: () => Promise.reject(new ConvokeError('peer_failed', `${name}: gone`)) }]]);
    const left: string[] = [];
    const samples = await takeTurns(failing('tfjs-node'), 2, 1000, (name, { message }) => left.push(name, message));
    expect([samples.size, left]).toEqual([0, ['tfjs-node', 'tfjs-node: gone']]);
    await expect(takeTurns(failing('convoke'), 2, 1000, () => {})).rejects.toThrow('convoke: gone');
    const broken = new Map([['ort-cpu', { run: () => Promise.reject(new TypeError('a mistake')) }]] as const);
    await expect(takeTurns(broken, 2, 1000, () => {})).rejects.toThrow('a mistake');
  });

  it('end by the clock', async () => {
    await expect(within(20, new Promise(() => {}), 'tfjs-web: a run')).rejects.toThrow(
      'tfjs-web: a run took longer than 0.02 s',
    );
    await expect(within(1000, Promise.resolve(7), 'it')).resolves.toBe(7);
  });
});

describe('checkAgreement', () => {
  const ours = Float32Array.of(1, -2, 0.5);

  it('lets through what differs by rounding', () => {
    expect(() => checkAgreement('ort-web', Float32Array.of(1, -2.0001, 0.5001), ours)).not.toThrow();
  });

  it.each([
    [[1, -2.001, 0.5], 'differ from convoke'],
    [[1, Number.NaN, 0.5], 'NaN'],
    [[0, 0, 0], 'differ from convoke'],
    [[1, -2, 0.5, 0], '4 of them, not 3'],
  ])('stops at %j', (theirs, text) => {
    expect(() => checkAgreement('tfjs-web', Float32Array.from(theirs), ours)).toThrow(text);
  });
});

const measured = (contender: Name, firstMs: number, wallMs: number, facts: Partial<Facts> = {}): Measured => ({
  contender,
  first: {
    wallMs: firstMs,
    cpuMs: 1.5 * firstMs,
    logits: new Float32Array(),
    facts: { version: '1.2.3', adapter: null, gpu: null, ...facts },
  },
  samples: [wallMs, wallMs + 1, wallMs + 2].map((ms) => ({ wallMs: ms, cpuMs: 2 * ms })),
  downloadBytes: contender.endsWith('-web') ? 40_000 : null,
});

const good = [
  measured('convoke', 2000, 199, { gpu: { peakBytes: 60e6, liveBytes: 55e6 }, pipelines: 9 }),
  measured('tfjs-node', 24_000, 1799),
  measured('ort-cpu', 100, 49),
  measured('convoke-web', 3000, 249),
  measured('tfjs-web', 30_000, 2999),
];

describe('rows', () => {
  it('compare each peer with convoke in the same place', () => {
    const rows = rowsOf(good);
    expect(rows.map(({ contender, times }) => [contender, times?.first, times?.wall, times?.cpu])).toEqual([
      ['convoke', undefined, undefined, undefined],
      ['tfjs-node', 12, 9, 9],
      ['ort-cpu', 0.05, 0.25, 0.25],
      ['convoke-web', undefined, undefined, undefined],
      ['tfjs-web', 10, 12, 12],
    ]);
  });

  it('compare with nothing where convoke did not run', () => {
    const rows = rowsOf(good.filter(({ contender }) => contender !== 'convoke-web'));
    expect(rows.find(({ contender }) => contender === 'tfjs-web')!.times).toBeNull();
  });

  it('are a table', () => {
    const unknownCpu = { ...good[4]!, samples: [{ wallMs: 3000, cpuMs: Number.NaN }] };
    expect(formatRows(rowsOf([...good.slice(0, 4), unknownCpu]))).toMatchInlineSnapshot(`
      "ms           first    CPU  runs  median    best     p99     CPU  peak MB  GPU MB    kB  x first  x CPU  x wall  x CPU
      -----------  -----  -----  ----  ------  ------  ------  ------  -------  ------  ----  -------  -----  ------  -----
      convoke       2000   3000     3   200.0   199.0   201.0   400.0     60.0    55.0
      tfjs-node    24000  36000     3  1800.0  1799.0  1801.0  3600.0                           12.00  12.00    9.00   9.00
      ort-cpu        100    150     3    50.0    49.0    51.0   100.0                            0.05   0.05    0.25   0.25
      convoke-web   3000   4500     3   250.0   249.0   251.0   500.0                   40.0
      tfjs-web     30000  45000     1  3000.0  3000.0  3000.0                           40.0    10.00  10.00   12.00"
    `);
  });
});

describe('targets', () => {
  const met = (verdicts: ReturnType<typeof judge>) => verdicts.map((verdict) => verdict.met);

  it('are judged by the faster peer', () => {
    const verdicts = judge('resnet18', 'lavapipe', rowsOf(good), 46.8e6);
    expect(formatVerdicts(verdicts)).toMatchInlineSnapshot(`
      "target                                              measured
      --------------------------------------------------  ----------  ---
      steady, against the faster peer: 8 times faster     9.0 times   met
      first answer: 6 times faster                        10.0 times  met
      first answer: under 4 s                             2.0 s       met
      at most 6 times onnxruntime's CPU time on the wall  4.0 times   met"
    `);
    const slow = good.map((one) => (one.contender === 'tfjs-web' ? measured('tfjs-web', 17_000, 1500) : one));
    expect(met(judge('resnet18', 'lavapipe', rowsOf(slow), 46.8e6))).toEqual([false, false, true, true]);
  });

  it('are not judged by what was not measured', () => {
    expect(met(judge('resnet18', 'lavapipe', rowsOf(good.slice(0, 1)), 46.8e6))).toEqual([null, null, true, null]);
  });

  it('count pipelines and memory where they are asked for', () => {
    const verdicts = judge('resnet50', 'swiftshader', rowsOf(good), 40e6);
    expect(verdicts.map(({ target, measured, met }) => [target, measured, met])).toEqual([
      ['steady, against the faster peer: 5 times faster', '9.0 times', true],
      ['first answer: 10 times faster', '10.0 times', true],
      ['at most 12 pipelines', '9', true],
      ['at most 15 MB of GPU memory beside the weights', '20.0 MB', false],
    ]);
  });

  it('are there for some networks, on software', () => {
    expect(judge('alexnet', 'lavapipe', rowsOf(good), 1)).toEqual([]);
    expect(softwareOf('llvmpipe (LLVM 15.0.6, 256 bits)')).toBe('lavapipe');
    expect(softwareOf('SwiftShader Device (Subzero)')).toBe('swiftshader');
    expect(softwareOf('NVIDIA H100')).toBeNull();
  });
});

describe('treeCpuMs', () => {
  it('reads a line of /proc, whatever the program is called', () => {
    const line = `42 (a) b (c)) S 7 42 42 0 -1 4194560 1 2 3 4 100 20 3 4 20 0 1 0 5 6 7`;
    expect(parseStat(line)).toEqual({ parent: 7, cpuMs: 1270 });
  });

  it.runIf(process.platform === 'linux')('counts what descendants do', async () => {
    const busy = 'const end = performance.now() + 150; while (performance.now() < end);';
    const child = spawn(process.execPath, [
      '-e',
      `require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(busy)}]); console.log(); setInterval(() => {}, 1000);`,
    ]);
    await once(child.stdout, 'data');
    expect(treeCpuMs(child.pid!)).toBeGreaterThanOrEqual(150);
    expect(treeCpuMs(process.pid)).toBeGreaterThan(treeCpuMs(child.pid!));
    child.kill();
    await once(child, 'exit');
    expect(treeCpuMs(child.pid!)).toBeNaN();
  });
});

describe('servePages', () => {
  it('knows what of a program was asked for', async () => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    const [main, chunk] = [bytes('export const a = 1;'), bytes('x'.repeat(500))];
    const pages = await servePages(
      new Map([
        ['/tfjs-web/main.js', main],
        ['/tfjs-web/chunk.js', chunk],
        ['/tfjs-web/weights.bin', bytes('weights')],
        ['/ort-web/main.js', bytes('other')],
      ]),
    );
    for (const path of ['tfjs-web/main.js', 'tfjs-web/weights.bin', 'tfjs-web/main.js', 'ort-web/main.js'])
      expect((await fetch(`${pages.url}/${path}`)).status, path).toBe(200);
    expect((await fetch(`${pages.url}/tfjs-web/none.js`)).status).toBe(404);
    expect(pages.downloaded('/tfjs-web')).toEqual(new Map([['/tfjs-web/main.js', main]]));
    await fetch(`${pages.url}/tfjs-web/chunk.js`);
    expect(brotliBytes([...pages.downloaded('/tfjs-web').values()])).toBeLessThan(60);
    pages.close();
  });
});
