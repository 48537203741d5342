// The filter of one output map: a kernel of w for each input map that it is connected to (`mask`, a bit each), zeros for the others.
// w [connections, taps] -> y [outputs, inputs, taps]. Frame: each, an item being a weight of the filter.
struct Params { count: u32, taps: u32, mask: u32, first: u32, start: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn item(i: u32) {
  let bit = 1u << (i / params.taps);
  let kernel = params.first + countOneBits(params.mask & (bit - 1u));
  var value = 0.0;
  if ((params.mask & bit) != 0u) { value = w[kernel * params.taps + i % params.taps]; }
  y[params.start + i] = value;
}
