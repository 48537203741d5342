// Layer norm over many channels: a workgroup shares one pixel. x, y [N,H,W,C]. Grid: pixels, folded into x and y.
struct Params {
  count: u32, height: u32, width: u32, quads: u32, channels: u32, eps: f32,
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
  var sums = vec4f(0.0);
  for (var quad = local; quad < params.quads; quad += SHARES) { sums += x[from_x + quad]; }
  let mean = total(sums, local) / f32(params.channels);
  var squares = vec4f(0.0);
  for (var quad = local; quad < params.quads; quad += SHARES) { squares += squared(x[from_x + quad] - mean, quad); }
  let variance = total(squares, local) / f32(params.channels);
  let scale = inverseSqrt(variance + params.eps);
  for (var quad = local; quad < params.quads; quad += SHARES) {
    y[from_y + quad] = scale_shift((x[from_x + quad] - mean) * scale, quad);
  }
}

// Summed over the workgroup's shares and their lanes.
fn total(part: vec4f, local: u32) -> f32 {
  sh_part[local] = part.x + part.y + part.z + part.w;
  for (var half = SHARES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { sh_part[local] += sh_part[local + half]; }
  }
  workgroupBarrier();
  let sum = sh_part[0];
  workgroupBarrier();
  return sum;
}
