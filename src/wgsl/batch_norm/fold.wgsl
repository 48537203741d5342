// Of a bias y[k] = beta[k] + (own[k] - mean[k]) * gamma[k] / sqrt(variance[k] + eps); of weights, which are not shifted,
// y[k, ...] = own[k, ...] * gamma[k] / sqrt(variance[k] + eps). Without own: of a bias of 0, of weights of 1. Frame: each, an item being
// RUN elements of a filter, through which it goes, as CPUs are slow to divide.
struct Params { count: u32, per_filter: u32, runs: u32, eps: f32, has_own: u32, shifted: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> own: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn item(i: u32) {
  let k = i / params.runs;
  let scale = gamma[k] / sqrt(variance[k] + params.eps);
  let shift = select(0.0, beta[k], params.shifted == 1u);
  let center = select(0.0, mean[k], params.shifted == 1u);
  let end = (k + 1u) * params.per_filter;
  let first = k * params.per_filter + i % params.runs * RUN;
  for (var at = first; at < min(first + RUN, end); at++) {
    let before = select(1.0 - f32(params.shifted), own[at], params.has_own == 1u);
    y[at] = shift + (before - center) * scale;
  }
}
