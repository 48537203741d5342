// As whole.wgsl, for a GPU: one workgroup shares the items. Grid: one.
const SHARES = 256u;
var<workgroup> sh_part: array<vec2f, SHARES>;

@compute @workgroup_size(SHARES)
fn main(@builtin(local_invocation_index) local: u32) {
  whole(local);
}

fn total(part: vec2f, first: u32) -> vec2f {
  sh_part[first] = part;
  for (var half = SHARES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (first < half) { sh_part[first] += sh_part[first + half]; }
  }
  workgroupBarrier();
  return sh_part[0];
}
