// Of a bias y[k] = beta[k] + (own[k] - mean[k]) * gamma[k] / sqrt(variance[k] + eps); of weights, which are not shifted,
// y[k, ...] = own[k, ...] * gamma[k] / sqrt(variance[k] + eps). Without own: of a bias of 0, of weights of 1. Frame: each, an item being an element of y.
struct Params { count: u32, per_filter: u32, eps: f32, has_own: u32, shifted: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> own: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn item(i: u32) {
  let k = i / params.per_filter;
  let before = select(select(1.0, 0.0, params.shifted == 1u), own[i], params.has_own == 1u);
  let scale = gamma[k] / sqrt(variance[k] + params.eps);
  y[i] = select(before * scale, beta[k] + (before - mean[k]) * scale, params.shifted == 1u);
}
