// Of a bias y[k] = beta[k] + (own[k] - mean[k]) * gamma[k] / sqrt(variance[k] + eps); of weights, which are not shifted,
// y[k, ...] = own[k, ...] * gamma[k] / sqrt(variance[k] + eps). Without own: of a bias of 0, of weights of 1. Frame: each, an item being
// sixteen elements of a filter, as CPUs are slow to divide, in no loop, which costs some drivers more than what is done in it.
struct Params { count: u32, per_filter: u32, runs: u32, eps: f32, has_own: u32, shifted: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> own: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn item(i: u32) {
  let k = i / params.runs;
  let scale = gamma[k] / sqrt(variance[k] + params.eps);
  let shift = select(0.0, beta[k], params.shifted == 1u);
  let center = select(0.0, mean[k], params.shifted == 1u);
  let last = (k + 1u) * params.per_filter - 1u;
  let first = k * params.per_filter + i % params.runs * 16u;
  four(first, last, scale, shift, center);
  four(first + 4u, last, scale, shift, center);
  four(first + 8u, last, scale, shift, center);
  four(first + 12u, last, scale, shift, center);
}

// What would lie past the last element is that once more.
fn four(begin: u32, last: u32, scale: f32, shift: f32, center: f32) {
  let at = min(begin + vec4u(0u, 1u, 2u, 3u), vec4u(last));
  let held = vec4f(own[at.x], own[at.y], own[at.z], own[at.w]);
  let before = select(vec4f(1.0 - f32(params.shifted)), held, params.has_own == 1u);
  let after = shift + (before - center) * scale;
  y[at.x] = after.x;
  y[at.y] = after.y;
  y[at.z] = after.z;
  y[at.w] = after.w;
}
