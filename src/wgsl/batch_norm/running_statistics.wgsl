// running = keep * running + momentum * (the batch's mean, its unbiased variance). Frame: each, an item being a channel.
struct Params { count: u32, momentum: f32, keep: f32, correction: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> statistics: array<f32>;
@group(0) @binding(2) var<storage, read_write> running_mean: array<f32>;
@group(0) @binding(3) var<storage, read_write> running_var: array<f32>;

fn item(c: u32) {
  let mean = params.keep * running_mean[c] + params.momentum * statistics[c];
  let unbiased = params.correction * statistics[params.count + c];
  let variance = params.keep * running_var[c] + params.momentum * unbiased;
  // A step that overflowed is refused afterwards, and must not have spoilt them. One pixel has no unbiased variance.
  if (finite(mean) && finite(variance) && params.correction > 0.0) {
    running_mean[c] = mean;
    running_var[c] = variance;
  }
}

// By its bits, because a compiler may take it that every float is finite.
fn finite(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7f800000u) != 0x7f800000u;
}
