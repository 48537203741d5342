// Filters [K,C,taps], in groups of K, to [groups,C,K,taps] with the taps turned round. Frame: each, an item being a weight of y.
struct Params { count: u32, channels: u32, group: u32, taps: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn item(i: u32) {
  let tap = params.taps - 1u - i % params.taps;
  let plane = i / params.taps;
  let row = plane / params.group;
  let k = row / params.channels * params.group + plane % params.group;
  y[i] = w[(k * params.channels + row % params.channels) * params.taps + tap];
}
