// Few kernels for a network: what would be compiled for a sliver of it gives way to what is there.

import { describe, expect, it } from 'vitest';
import { type Choose, chooseKernels } from '../../../src/runtime/compile/choose_kernels.ts';
import { type Graph, graphOf } from '../../../src/runtime/graph/graph.ts';
import { Scope } from '../../../src/runtime/graph/scope.ts';
import type { Value } from '../../../src/runtime/graph/value.ts';
import { discrete, lavapipe } from '../../support/facts.ts';
import { conv, dense, image } from '../../support/nets.ts';

const ranked: Choose = () => undefined;

function kernels(graph: Graph, facts = lavapipe, choose = ranked): Record<string, string> {
  const chosen = [...chooseKernels(graph, facts, choose)];
  return Object.fromEntries(chosen.map(([{ name }, { candidate }]) => [name, candidate.name]));
}

/** A layer with few filters, which a kernel of its own serves best, before as much as `others` layers of 64 filters. */
function network(others: number): Graph {
  const root = Scope.root();
  let x: Value = conv(root.at('few'), image(), 8);
  for (let i = 0; i < others; i++) x = conv(root.at(`wide${i}`), x, 64);
  return graphOf({ x });
}

describe('chooseKernels', () => {
  it('takes the best ranked kernel for what counts', () => {
    expect(kernels(network(1))).toEqual({ few: 'conv2d_narrow', wide0: 'conv2d_texels' });
  });

  it('spares a kernel for a sliver of the network', () => {
    const chosen = kernels(network(3)); // 512 of 66,048 multiply-adds a pixel
    expect(new Set(Object.values(chosen))).toEqual(new Set(['conv2d_texels']));
  });

  it('leaves alone what was measured or is forced', () => {
    const forced: Choose = ({ name }) => (name === 'few' ? 'conv2d_narrow' : undefined);
    expect(kernels(network(3), lavapipe, forced).few).toBe('conv2d_narrow');
  });

  it('does without Winograd where he saves little of the time, on a CPU', () => {
    const net = (points: number) => {
      const root = Scope.root();
      let x: Value = conv(root.at('three'), conv(root.at('stem'), image(56), 64), 64, { kernel: 3 });
      for (let i = 0; i < points; i++) x = conv(root.at(`point${i}`), x, 64);
      return graphOf({ x });
    };
    const [some, many] = [net(2), net(16)]; // nine parts in twelve of the products, and in 26
    expect(kernels(some).three).toBe('winograd');
    expect(kernels(many).three).toBe('conv2d_texels');
    expect(kernels(many, discrete).three).toBe('winograd_tile');
    expect(kernels(many, lavapipe, ({ name }) => (name === 'three' ? 'winograd' : undefined)).three).toBe('winograd');
  });

  it('does not take a kernel that is far worse', () => {
    const root = Scope.root();
    const depthwise = conv(root.at('depthwise'), image(), 8, { kernel: 3, groups: 8 });
    let x: Value = depthwise;
    for (let i = 0; i < 3; i++) x = conv(root.at(`wide${i}`), x, 64);
    expect(kernels(graphOf({ x }), discrete).depthwise).toMatch(/^depthwise/);
  });

  it('says which layer nothing serves', () => {
    const y = dense(Scope.root().at('fc'), image(), 10);
    expect(() => kernels(graphOf({ y }), lavapipe, () => 'conv2d_of_old')).toThrow(
      'linear(fc): conv2d_of_old cannot serve this call here',
    );
  });
});
