// y[k] = beta[k] + (own[k] - mean[k]) * gamma[k] / sqrt(variance[k] + eps). One invocation: one channel.
struct Params { count: u32, eps: f32, has_own: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> own: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let k = linear_index(id, groups, 64u);
  if (k >= params.count) { return; }
  let before = select(0.0, own[k], params.has_own == 1u);
  y[k] = beta[k] + (before - mean[k]) * (gamma[k] / sqrt(variance[k] + params.eps));
}
