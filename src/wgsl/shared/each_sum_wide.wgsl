// As each.wgsl with each_sum.wgsl, for many parts: a workgroup shares one item. Grid: items, folded into x and y.
const SHARES = 64u;
var<workgroup> sh_share: array<f32, SHARES>;

@compute @workgroup_size(SHARES)
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32,
) {
  let i = linear_index(group, groups, 1u);
  if (i < params.count) { gather(i, local); }
}

// The last barrier lets the memory be written again.
fn total(share: f32, first: u32) -> f32 {
  sh_share[first] = share;
  for (var half = SHARES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (first < half) { sh_share[first] += sh_share[first + half]; }
  }
  workgroupBarrier();
  let sum = sh_share[0];
  workgroupBarrier();
  return sum;
}
