// y[k, ...] = w[k, ...] * gamma[k] / sqrt(variance[k] + eps). One invocation: one weight.
struct Params { count: u32, per_filter: u32, eps: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> gamma: array<f32>;
@group(0) @binding(3) var<storage, read> variance: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups, 64u);
  if (i >= params.count) { return; }
  let k = i / params.per_filter;
  y[i] = w[i] * (gamma[k] / sqrt(variance[k] + params.eps));
}
