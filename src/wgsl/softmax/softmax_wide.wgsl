// Softmax or its logarithm over many channels: a workgroup shares one pixel. x, y [N,H,W,C]. Grid: pixels, folded into x and y.
struct Params {
  count: u32, height: u32, width: u32, quads: u32, channels: u32,
  x_offset: u32, x_image: u32, x_row: u32, x_pixel: u32, y_offset: u32, y_image: u32, y_row: u32, y_pixel: u32,
}
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
  let w = i % params.width;
  let h = (i / params.width) % params.height;
  let n = i / (params.width * params.height);
  let from_x = (params.x_offset + n * params.x_image + h * params.x_row + w * params.x_pixel) / 4u;
  let from_y = (params.y_offset + n * params.y_image + h * params.y_row + w * params.y_pixel) / 4u;
  var largest = vec4f(x[from_x].x);
  for (var quad = local; quad < params.quads; quad += SHARES) {
    largest = select(largest, max(largest, x[from_x + quad]), kept(quad));
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
  for (var quad = local; quad < params.quads; quad += SHARES) {
    sums += select(vec4f(0.0), exp(x[from_x + quad] - top), kept(quad));
  }
  sh_part[local] = sums.x + sums.y + sums.z + sums.w;
  for (var half = SHARES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { sh_part[local] += sh_part[local + half]; }
  }
  workgroupBarrier();
  let sum = sh_part[0];
  for (var quad = local; quad < params.quads; quad += SHARES) {
    y[from_y + quad] = select(vec4f(0.0), share(x[from_x + quad] - top, sum), kept(quad));
  }
}

fn kept(quad: u32) -> vec4<bool> {
  return vec4u(0u, 1u, 2u, 3u) + 4u * quad < vec4u(params.channels);
}
