// As each.wgsl with each_pixel.wgsl, for many channels: a workgroup shares one pixel. Grid: pixels, folded into x and y.
const SHARES = 64u;
var<workgroup> sh_part: array<f32, SHARES>;

@compute @workgroup_size(SHARES)
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32,
) {
  let i = linear_index(group, groups, 1u);
  if (i < params.count) { pixel(pixel_place(params.y, i), local); }
}

fn total(part: vec4f, first: u32) -> f32 {
  sh_part[first] = part.x + part.y + part.z + part.w;
  for (var half = SHARES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (first < half) { sh_part[first] += sh_part[first + half]; }
  }
  return gathered();
}

fn largest(part: vec4f, first: u32) -> f32 {
  sh_part[first] = max(max(part.x, part.y), max(part.z, part.w));
  for (var half = SHARES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (first < half) { sh_part[first] = max(sh_part[first], sh_part[first + half]); }
  }
  return gathered();
}

// The second barrier lets the memory be written again.
fn gathered() -> f32 {
  workgroupBarrier();
  let value = sh_part[0];
  workgroupBarrier();
  return value;
}
