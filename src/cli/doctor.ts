// `convoke doctor`: what this machine has of what convoke needs.

import process from 'node:process';
import type { AdapterFacts } from '../runtime/plan/facts.ts';
import { type Arguments, wrongUsage } from './arguments.ts';
import { type Check, checkCache, checkGpu, checkHub, checkPictures } from './checks.ts';
import { binarySize, bold, print, printJson } from './output.ts';
import { version } from './version.ts';

const marks: Readonly<Record<Check['status'], string>> = { ok: '✔', warning: '!', missing: '✘' };

export async function doctor(args: Arguments, signal: AbortSignal): Promise<number> {
  if (args.operands.length > 0) throw wrongUsage(`doctor takes no '${args.operands[0]}'`);
  const { checks, adapter } = await checkGpu(args);
  signal.throwIfAborted();
  const cache = await checkCache();
  const cached = cache.facts && 'files' in cache.facts ? Number(cache.facts.files) : 0;
  checks.push(await checkPictures(), cache, await checkHub(args, cached, signal));
  const ok = checks.every(({ status }) => status !== 'missing');
  const machine = { convoke: version(), node: process.versions.node, platform: `${process.platform} ${process.arch}` };
  if (args.json) printJson({ ok, ...machine, adapter, checks });
  else
    print(
      [bold(`convoke ${machine.convoke}, Node ${machine.node}, ${machine.platform}`), ...lines(checks, adapter)].join(
        '\n',
      ),
    );
  return ok ? 0 : 1;
}

function lines(checks: readonly Check[], adapter: AdapterFacts | null): string[] {
  return checks.flatMap(({ name, status, text }) => {
    const line = `${marks[status]} ${name.padEnd(12)} ${text}`;
    const more = name === 'adapter' && adapter ? adapterLines(adapter) : [];
    return [line, ...more.map((text) => `${' '.repeat(15)}${text}`)];
  });
}

function adapterLines({ vendor, architecture, features, subgroupSize, matrix, limits }: AdapterFacts): string[] {
  const subgroups = subgroupSize === null ? 'subgroups' : `subgroups of ${subgroupSize}`;
  const has = [
    features.subgroups && subgroups,
    features.f16 && 'f16',
    features.timestamps && 'timestamps',
    matrix && `f16 matrices of ${matrix.m}x${matrix.n}x${matrix.k}`,
  ];
  return [
    `vendor ${vendor || 'not told'}, architecture ${architecture || 'not told'}`,
    `features: ${has.filter(Boolean).join(', ') || 'none of subgroups, f16, timestamps'}`,
    `limits: buffer ${binarySize(limits.maxBufferSize)}, binding ${binarySize(limits.maxStorageBufferBindingSize)}, ` +
      `${limits.maxStorageBuffersPerShaderStage} storage buffers`,
    `        workgroup of ${limits.maxComputeInvocationsPerWorkgroup}, ` +
      `${binarySize(limits.maxComputeWorkgroupStorageSize)} shared, ${limits.maxComputeWorkgroupsPerDimension} per dimension`,
  ];
}
