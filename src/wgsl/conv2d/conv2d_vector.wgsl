// Convolution by 1x1 filters of few pixels, a linear layer's of one image above all: a matrix by a vector, for real GPUs.
// x [N,H,W,C], w [K,C] as PyTorch holds it, read once and in a row, y [N,H,W,K]. One workgroup: four filters by up to four pixels,
// each of its invocations taking every 64th channel; their sums are added up in a tree that is always the same. Joined with weight.wgsl.
struct Params { x: Image, y: Image, residual: Image, pixels: u32, channels: u32, has_bias: u32, has_residual: u32, low: f32, high: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<Quad>;
const SIZE = 64u;
const PIXELS = 4u;
var<workgroup> sh_sums: array<array<vec4f, SIZE>, PIXELS>;

// Pixels and filters past the last one repeat it, and are thrown away.
fn pixel(i: u32) -> u32 {
  return address(params.x, pixel_place(params.x, min(i, params.pixels - 1u)));
}

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
  let k = id.x * 4u;
  let first = id.y * PIXELS;
  let rows = min(vec4u(k, k + 1u, k + 2u, k + 3u), vec4u(params.y.channels - 1u)) * params.channels;
  let seen = vec4u(pixel(first), pixel(first + 1u), pixel(first + 2u), pixel(first + 3u));
  let several = first + 1u < params.pixels;
  var sums: array<vec4f, PIXELS>;
  for (var c = local; c < params.channels; c += SIZE) {
    let weights = vec4f(w_at(rows.x + c), w_at(rows.y + c), w_at(rows.z + c), w_at(rows.w + c));
    sums[0] += weights * f32(x[seen.x + c]);
    if (several) {
      sums[1] += weights * f32(x[seen.y + c]);
      sums[2] += weights * f32(x[seen.z + c]);
      sums[3] += weights * f32(x[seen.w + c]);
    }
  }
  for (var i = 0u; i < PIXELS; i++) { sh_sums[i][local] = sums[i]; }
  for (var half = SIZE / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) {
      for (var i = 0u; i < PIXELS; i++) { sh_sums[i][local] += sh_sums[i][local + half]; }
    }
  }
  // Invocation i makes pixel i.
  workgroupBarrier();
  let mine = first + local;
  if (local >= PIXELS || mine >= params.pixels || k >= params.y.written) { return; }
  var at = pixel_place(params.y, mine);
  at.c = k;
  let value = finished(sh_sums[local][0], at);
  y[address(params.y, at) / 4u] = Quad(select(vec4f(0.0), value, kept(params.y, k)));
}
