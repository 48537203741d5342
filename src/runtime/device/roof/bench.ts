// What the measurements of a roof share: buffers that are freed together, kernels bound to them, results that are checked.

import { settle } from '#acquire';
import type { Kernel } from '../../../wgsl/kernel.ts';
import { DeviceError } from '../../errors.ts';
import { checked } from '../acquire.ts';
import type { Device } from '../device.ts';
import type { PassTimer } from '../pass_timer.ts';
import type { Encodable } from '../passes.ts';

export class Bench {
  readonly device: Device;
  readonly timer: PassTimer;
  readonly rounds: number;
  readonly #buffers = new Set<GPUBuffer>();

  constructor(device: Device, timer: PassTimer, rounds: number) {
    this.device = device;
    this.timer = timer;
    this.rounds = rounds;
  }

  get gpu(): GPUDevice {
    return this.device.acquired.device;
  }

  /** Zeros. Throws DeviceError 'out_of_memory'. */
  async buffer(label: string, size: number, usage: number): Promise<GPUBuffer> {
    const made = await checked(this.device.acquired, `${label} of ${size} bytes`, () =>
      this.gpu.createBuffer({ label, size, usage }),
    );
    this.#buffers.add(made);
    return made;
  }

  async storage(label: string, size: number): Promise<GPUBuffer> {
    const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
    return this.buffer(label, size, STORAGE | COPY_SRC | COPY_DST);
  }

  /** A kernel with everything it needs: buffers by the names of its bindings, uniforms by those of its fields. */
  async bound(
    kernel: Kernel,
    groups: number,
    buffers: Readonly<Record<string, GPUBuffer>>,
    uniforms: Readonly<Record<string, number>> = {},
  ): Promise<Encodable> {
    await this.device.pipelines.compile([kernel]);
    const { pipeline, layout } = this.device.pipelines.get(kernel);
    const params = await this.#uniforms(kernel, uniforms);
    const entries = kernel.bindings.map(({ index, name, kind }) => ({
      binding: index,
      resource: { buffer: kind === 'uniform' ? params : buffers[name]! },
    }));
    const bindGroup = this.gpu.createBindGroup({ label: kernel.name, layout, entries });
    return { pipeline, bindGroup, copies: [], dispatch: { grid: [groups, 1, 1] } };
  }

  async #uniforms({ name, uniforms }: Kernel, values: Readonly<Record<string, number>>): Promise<GPUBuffer> {
    const block = new DataView(new ArrayBuffer(16));
    for (const [i, field] of uniforms.entries()) {
      const value = values[field.name]!;
      if (field.type === 'f32') block.setFloat32(4 * i, value, true);
      else block.setUint32(4 * i, value, true);
    }
    const buffer = await this.buffer(`${name} uniforms`, 16, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
    this.gpu.queue.writeBuffer(buffer, 0, block.buffer);
    return buffer;
  }

  /** The numbers in a buffer. */
  async read(buffer: GPUBuffer, bytes = buffer.size): Promise<Float32Array<ArrayBuffer>> {
    const { MAP_READ, COPY_DST } = GPUBufferUsage;
    const readback = await this.buffer('readback', bytes, MAP_READ | COPY_DST);
    const encoder = this.gpu.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, readback, 0, bytes);
    this.gpu.queue.submit([encoder.finish()]);
    await settle(readback.mapAsync(GPUMapMode.READ), this.device.facts);
    const data = new Float32Array(readback.getMappedRange().slice(0));
    this.free(readback);
    return data;
  }

  /** Throws DeviceError 'wrong_result' at the first number that is not as expected. */
  async check(what: string, buffer: GPUBuffer, expected: (index: number) => number): Promise<void> {
    const found = await this.read(buffer);
    const at = found.findIndex((value, index) => value !== expected(index));
    if (at >= 0)
      throw new DeviceError('wrong_result', `${what}: result ${at} is ${found[at]}, and must be ${expected(at)}`);
  }

  /** The shortest of as many passes as there are rounds, in milliseconds for one dispatch. */
  async best(run: Encodable): Promise<number> {
    const repeats = await this.timer.repeatsFor([run]);
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < this.rounds; round++) best = Math.min(best, await this.timer.time([run], repeats));
    return best;
  }

  free(buffer: GPUBuffer): void {
    buffer.destroy();
    this.#buffers.delete(buffer);
  }

  dispose(): void {
    for (const buffer of this.#buffers) buffer.destroy();
  }
}
