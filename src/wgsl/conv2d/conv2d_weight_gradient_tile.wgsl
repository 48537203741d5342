// The gradient of a convolution's filters as a matrix product in tiles of 4 FILTERS filters by 4 WEIGHTS of their weights, by way of
// workgroup memory: for real GPUs. x [z][N,H,W,C], dy [z][N,P,Q,K], dw [chunk][z][K,C,R,S], z being independent products.
// A filter's weights are gone through tap by tap, each tap's channels padded as x pads them. One workgroup: a tile, over the pixels
// of a chunk, sixteen at a time.
// One invocation: FILTERS / 8 vectors of filters by WEIGHTS / 8 of weights, eight vectors apart.
struct Params {
  x: Image, dy: Image, pixels: u32, chunk: u32, channels: u32, columns: u32, taps: u32, products: u32, z_x: u32, z_dy: u32,
  stride_h: u32, stride_w: u32, pad_top: u32, pad_left: u32, dilation_h: u32, dilation_w: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;
const STEP = 16u;
const SIZE = 64u;
// What an invocation makes: vectors of filters, and weights.
const VECTORS = FILTERS / 8u;
const SINGLES = WEIGHTS / 2u;
var<workgroup> sh_x: array<vec4f, STEP * WEIGHTS>;  // [pixel][four of the weights]
var<workgroup> sh_dy: array<vec4f, STEP * FILTERS>;  // [pixel][four of the filters]

// What four weights of a tap see from a pixel of dy, or zeros where the kernel hangs over the edge: above it and left of it the
// subtraction wraps.
fn load(at: Place, tap: u32, c: u32, z: u32) -> vec4f {
  let h = at.h * params.stride_h + tap / params.columns * params.dilation_h - params.pad_top;
  let v = at.w * params.stride_w + tap % params.columns * params.dilation_w - params.pad_left;
  if (tap >= params.taps || h >= params.x.height || v >= params.x.width) { return vec4f(0.0); }
  return vec4f(x[(z * params.z_x + address(params.x, Place(at.n, h, v, c))) / 4u]);
}

fn store(sums: vec4f, weight: u32, k: u32, part: u32) {
  let tap = weight / params.x.written;
  let c = weight % params.x.written;
  if (tap >= params.taps || c >= params.channels) { return; }
  for (var lane = 0u; lane < 4u; lane++) {
    if (k + lane >= params.dy.channels) { return; }
    let plane = (part * params.dy.channels + k + lane) * params.channels + c;
    dw[plane * params.taps + tap] = sums[lane];
  }
}

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
  let weight = (id.x * WEIGHTS + local % WEIGHTS) * 4u;
  let tap = weight / params.x.written;
  let c = weight % params.x.written;
  let k = (id.y * FILTERS + local % FILTERS) * 4u;
  let z = id.z % params.products;
  let chunk = id.z / params.products;
  let end = min((chunk + 1u) * params.chunk, params.pixels);
  var sums: array<vec4f, SINGLES * VECTORS>;
  for (var start = chunk * params.chunk; start < end; start += STEP) {
    for (var j = 0u; j < STEP * WEIGHTS / SIZE; j++) {
      let pixel = start + local / WEIGHTS + SIZE / WEIGHTS * j;
      var seen = vec4f(0.0);
      if (pixel < end) { seen = load(pixel_place(params.dy, pixel), tap, c, z); }
      sh_x[local + SIZE * j] = seen;
    }
    for (var j = 0u; j < STEP * FILTERS / SIZE; j++) {
      let pixel = start + local / FILTERS + SIZE / FILTERS * j;
      var given = vec4f(0.0);
      if (pixel < end && k < params.dy.written) {
        var at = pixel_place(params.dy, pixel);
        at.c = k;
        given = vec4f(dy[(z * params.z_dy + address(params.dy, at)) / 4u]);
      }
      sh_dy[local + SIZE * j] = given;
    }
    workgroupBarrier();
    for (var pixel = 0u; pixel < STEP; pixel++) {
      var given: array<vec4f, VECTORS>;
      for (var i = 0u; i < VECTORS; i++) { given[i] = sh_dy[pixel * FILTERS + local % 8u + 8u * i]; }
      // By single steps: then it is plain to compilers that every index is within bounds.
      for (var j = 0u; j < SINGLES / 4u; j++) {
        let seen = sh_x[pixel * WEIGHTS + local / 8u + 8u * j];
        for (var lane = 0u; lane < 4u; lane++) {
          for (var i = 0u; i < VECTORS; i++) { sums[(j * 4u + lane) * VECTORS + i] += given[i] * seen[lane]; }
        }
      }
    }
    workgroupBarrier();
  }
  for (var j = 0u; j < SINGLES; j++) {
    let mine = (id.x * WEIGHTS + local / 8u + 8u * (j / 4u)) * 4u + j % 4u;
    let filters = (id.y * FILTERS + local % 8u) * 4u;
    for (var i = 0u; i < VECTORS; i++) { store(sums[j * VECTORS + i], mine, filters + 32u * i, id.z); }
  }
}
