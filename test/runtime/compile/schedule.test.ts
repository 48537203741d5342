// The order of what writes in place: after every other reader of what was there, before what reads the new.

import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { schedule } from '../../../src/runtime/compile/schedule.ts';
import { GraphError } from '../../../src/runtime/errors.ts';
import { graphOf } from '../../../src/runtime/graph/graph.ts';
import { Scope } from '../../../src/runtime/graph/scope.ts';
import type { Value } from '../../../src/runtime/graph/value.ts';
import { relu } from '../../../src/wgsl/activation/activation.ts';
import { defineOp } from '../../../src/wgsl/op.ts';
import { channelSum } from '../../../src/wgsl/reduce/channel_sum.ts';
import { dense, image } from '../../support/nets.ts';

/** w changes by g. */
const change = defineOp({
  name: 'change',
  attributes: z.object({}),
  inputs: ['w', 'g'],
  writes: ['w'],
  shape: ({ w }) => w!.shape,
  kernels: [],
});

const order = (values: readonly Value[]) => values.flatMap(({ operator, name }) => (operator ? [name] : []));

it('lets every reader see what was there, and writes as soon as that', () => {
  const root = Scope.root();
  const x = image(1);
  const first = dense(root.at('first'), x, 4);
  const second = dense(root.at('second'), first, 4);
  const bias = second.inputs.bias!;
  const late = relu.of({ x: second }, {}, 'late');
  const change1 = change.of({ w: bias, g: channelSum.of({ x: first }, {}, 'sum') }, {}, 'change');
  const graph = graphOf({ late }, [change1]);
  expect(order(graph.values)).toEqual(['first', 'second', 'late', 'sum', 'change']);
  const early = graphOf({ sum: change1.inputs.g!, late }, [change1]);
  expect(order(early.values)).toEqual(['first', 'sum', 'second', 'late', 'change']);
  expect(order(schedule(early).values)).toEqual(['first', 'sum', 'second', 'change', 'late']);
});

it('lets what follows from the new see it', () => {
  const root = Scope.root();
  const w = root.parameter('w', [8], { law: 'constant', value: 0 });
  const average = root.parameter('average', [8], { law: 'constant', value: 0 });
  const g = channelSum.of({ x: image(1) }, {}, 'sum');
  const next = change.of({ w, g }, {}, 'next');
  const follows = change.of({ w: average, g: next }, {}, 'follows');
  expect(order(schedule(graphOf({}, [follows])).values)).toEqual(['sum', 'next', 'follows']);
});

it('refuses to write what it would have to wait for', () => {
  const w = Scope.root().parameter('w', [8], { law: 'constant', value: 0 });
  const g = channelSum.of({ x: image(1) }, {}, 'sum');
  const a = change.of({ w, g }, {}, 'a');
  const b = change.of({ w, g }, {}, 'b');
  expect(() => schedule(graphOf({}, [a, b]))).toThrow(
    new GraphError('shape_mismatch', 'change(a) writes what it waits for'),
  );
});
