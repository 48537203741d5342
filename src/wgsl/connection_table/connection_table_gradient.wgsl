// The kernels of one output map's filter, without the zeros of maps that it is not connected to. dy [outputs, inputs, taps],
// y [connections, taps]. Frame: each, an item being a weight of the filter.
struct Params { count: u32, taps: u32, mask: u32, first: u32, start: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn item(i: u32) {
  let bit = 1u << (i / params.taps);
  let kernel = params.first + countOneBits(params.mask & (bit - 1u));
  if ((params.mask & bit) != 0u) { y[kernel * params.taps + i % params.taps] = dy[params.start + i]; }
}
