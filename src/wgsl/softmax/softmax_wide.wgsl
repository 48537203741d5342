// Softmax or its logarithm over many channels: a workgroup shares one pixel. x, y [N,H,W,C]. Grid: pixels, folded into x and y.
struct Params { x: Image, y: Image, count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
const SHARES = 64u;
var<workgroup> sh_part: array<f32, SHARES>;

@compute @workgroup_size(SHARES)
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32,
) {
  let i = linear_index(group, groups, 1u);
  if (i >= params.count) { return; }
  let at = pixel_place(params.y, i);
  let from_x = address(params.x, at) / 4u;
  let from_y = address(params.y, at) / 4u;
  let quads = params.y.written / 4u;
  var largest = vec4f(x[from_x].x);
  for (var quad = local; quad < quads; quad += SHARES) {
    largest = select(largest, max(largest, x[from_x + quad]), kept(params.y, 4u * quad));
  }
  sh_part[local] = max(max(largest.x, largest.y), max(largest.z, largest.w));
  for (var half = SHARES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { sh_part[local] = max(sh_part[local], sh_part[local + half]); }
  }
  workgroupBarrier();
  let top = sh_part[0];
  workgroupBarrier();
  var sums = vec4f(0.0);
  for (var quad = local; quad < quads; quad += SHARES) {
    sums += select(vec4f(0.0), exp(x[from_x + quad] - top), kept(params.y, 4u * quad));
  }
  sh_part[local] = sums.x + sums.y + sums.z + sums.w;
  for (var half = SHARES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { sh_part[local] += sh_part[local + half]; }
  }
  workgroupBarrier();
  let sum = sh_part[0];
  for (var quad = local; quad < quads; quad += SHARES) {
    y[from_y + quad] = select(vec4f(0.0), share(x[from_x + quad] - top, sum), kept(params.y, 4u * quad));
  }
}
