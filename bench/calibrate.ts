// Batch norms of a network that has learnt nothing, given the statistics that noise has in it. As networks are initialised, signals die
// away or grow from layer to layer, beyond what half precision holds; in a network that has learnt, batch norms hold them.

import { loadLate } from '../src/runtime/compile/compile.ts';
import { compileTraining, forwardForTraining } from '../src/runtime/compile/training.ts';
import type { Device } from '../src/runtime/device/device.ts';
import { Executor } from '../src/runtime/device/executor.ts';
import { readParameter } from '../src/runtime/device/read_parameter.ts';
import { graphOf } from '../src/runtime/graph/graph.ts';
import { input } from '../src/runtime/graph/scope.ts';
import type { Value } from '../src/runtime/graph/value.ts';
import type { Tensor } from '../src/runtime/tensor.ts';
import { stateReader } from '../src/weights/bind.ts';
import type { StateDict } from '../src/weights/tensors.ts';
import type { Network } from './network.ts';

/** The network's state with running statistics of these images. */
export async function calibrated({ graph, state }: Network, images: Tensor, device: Device): Promise<StateDict> {
  const { acquired, pipelines, facts } = device;
  const mode = { random: input('random', [4]), dropout: false, frozen: () => false };
  const { outputs, effects } = forwardForTraining(graph, facts, mode);
  if (effects.length === 0) return state;
  // What was there before counts nothing.
  const atOnce = effects.map((value): Value => ({ ...value, attributes: { ...value.attributes, momentum: 1 } }));
  const step = graphOf(outputs, atOnce);
  await loadLate(step, facts);
  const program = compileTraining(step, facts);
  await pipelines.compile([...program.load, ...program.run].map(({ kernel }) => kernel));
  const executor = await Executor.load(acquired, pipelines, program, stateReader(state).read());
  try {
    await executor.run(images.shape[0]!, { image: await images.data() });
    const made = { ...state };
    for (const { inputs } of atOnce)
      for (const { name } of [inputs.running_mean!, inputs.running_var!])
        made[name] = { shape: made[name]!.shape, data: await readParameter(executor, name) };
    return made;
  } finally {
    executor.dispose();
  }
}
