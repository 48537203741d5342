// A linear layer of images' means: x [N,H,W,C], w [K,C] as PyTorch holds it, y [N,1,1,K]. One workgroup: 32 filters of one image, whose
// means it makes first, of 32 quads of channels at a time and each by eight invocations. Then eight rows of invocations take four
// filters each, every invocation each 32nd channel. All is added up in trees that are always the same. Joined with weight.wgsl.
struct Params { x: Image, y: Image, residual: Image, has_bias: u32, has_residual: u32, low: f32, high: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<Quad>;
const LANES = 32u;
const ROWS = 8u;
var<workgroup> sh_mean: array<vec4f, MOST_QUADS>;
var<workgroup> sh_sums: array<array<vec4f, LANES>, ROWS>;

@compute @workgroup_size(LANES, ROWS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let lane = local.x;
  let row = local.y;
  let quads = params.x.written / 4u;
  let pixels = params.x.height * params.x.width;
  for (var first = 0u; first < quads; first += LANES) {
    let quad = first + lane;
    var sum = vec4f(0.0);
    if (quad < quads) {
      for (var i = row; i < pixels; i += ROWS) {
        let at = Place(group.y, i / params.x.width, i % params.x.width, quad * 4u);
        sum += vec4f(x[address(params.x, at) / 4u]);
      }
    }
    sh_sums[row][lane] = sum;
    for (var half = ROWS / 2u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (row < half) { sh_sums[row][lane] += sh_sums[row + half][lane]; }
    }
    if (row == 0u && quad < quads) { sh_mean[quad] = sh_sums[0][lane] / f32(pixels); }
    workgroupBarrier();
  }
  // Filters past the last one repeat it, and are thrown away.
  let k = (group.x * ROWS + row) * 4u;
  let channels = params.x.channels;
  let rows = min(vec4u(k, k + 1u, k + 2u, k + 3u), vec4u(params.y.channels - 1u)) * channels;
  var sum = vec4f(0.0);
  for (var c = lane; c < channels; c += LANES) {
    sum += vec4f(w_at(rows.x + c), w_at(rows.y + c), w_at(rows.z + c), w_at(rows.w + c)) * sh_mean[c / 4u][c % 4u];
  }
  sh_sums[row][lane] = sum;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sh_sums[row][lane] += sh_sums[row][lane + half]; }
  }
  if (lane > 0u || k >= params.y.written) { return; }
  let at = Place(group.y, 0u, 0u, k);
  y[address(params.y, at) / 4u] = Quad(select(vec4f(0.0), finished(sh_sums[row][0], at), kept(params.y, k)));
}
