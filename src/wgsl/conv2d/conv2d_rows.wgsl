// Convolution by 1x1 filters of few pixels, a linear layer's of one image above all, by subgroups: a matrix by a vector, for drivers on
// a CPU. x [N,H,W,C], w [K,C] as PyTorch holds it, y [N,H,W,K]. One subgroup a workgroup: four filters by up to four pixels, each of its
// lanes taking every LANESth channel. Joined with weight.wgsl.
struct Params { x: Image, y: Image, residual: Image, pixels: u32, channels: u32, has_bias: u32, has_residual: u32, low: f32, high: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<Quad>;

// Pixels and filters past the last one repeat it, and are thrown away.
fn seen(i: u32) -> u32 {
  return address(params.x, pixel_place(params.x, min(i, params.pixels - 1u)));
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let k = id.x * 4u;
  let first = id.y * 4u;
  let several = first + 1u < params.pixels;
  let rows = min(vec4u(k, k + 1u, k + 2u, k + 3u), vec4u(params.y.channels - 1u)) * params.channels;
  let pixels = vec4u(seen(first), seen(first + 1u), seen(first + 2u), seen(first + 3u));
  var s0 = vec4f(0.0);
  var s1 = vec4f(0.0);
  var s2 = vec4f(0.0);
  var s3 = vec4f(0.0);
  for (var c = lane; c < params.channels; c += LANES) {
    let weights = vec4f(w_at(rows.x + c), w_at(rows.y + c), w_at(rows.z + c), w_at(rows.w + c));
    s0 = fma(weights, vec4f(f32(x[pixels.x + c])), s0);
    if (several) {
      s1 = fma(weights, vec4f(f32(x[pixels.y + c])), s1);
      s2 = fma(weights, vec4f(f32(x[pixels.z + c])), s2);
      s3 = fma(weights, vec4f(f32(x[pixels.w + c])), s3);
    }
  }
  // Every lane has all four sums; each of the first four makes a pixel.
  let sums = array(subgroupAdd(s0), subgroupAdd(s1), subgroupAdd(s2), subgroupAdd(s3));
  let mine = first + lane;
  if (lane >= 4u || mine >= params.pixels || k >= params.y.written) { return; }
  var at = pixel_place(params.y, mine);
  at.c = k;
  y[address(params.y, at) / 4u] = Quad(select(vec4f(0.0), finished(sums[lane], at), kept(params.y, k)));
}
