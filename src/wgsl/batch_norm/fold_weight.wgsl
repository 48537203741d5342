// y[k, ...] = w[k, ...] * gamma[k] / sqrt(variance[k] + eps). Frame: each, an item being a weight.
struct Params { count: u32, per_filter: u32, eps: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> gamma: array<f32>;
@group(0) @binding(3) var<storage, read> variance: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

fn item(i: u32) {
  let k = i / params.per_filter;
  y[i] = w[i] * (gamma[k] / sqrt(variance[k] + params.eps));
}
