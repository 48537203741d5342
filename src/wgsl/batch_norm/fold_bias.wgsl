// y[k] = beta[k] + (own[k] - mean[k]) * gamma[k] / sqrt(variance[k] + eps). Frame: each, an item being a channel.
struct Params { count: u32, eps: f32, has_own: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> own: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn item(k: u32) {
  let before = select(0.0, own[k], params.has_own == 1u);
  y[k] = beta[k] + (before - mean[k]) * (gamma[k] / sqrt(variance[k] + params.eps));
}
