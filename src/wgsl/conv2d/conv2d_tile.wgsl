// Convolution as a matrix product in tiles of 64 pixels by 64 filters, by way of workgroup memory: for real GPUs.
// x [N,H,W,C], w [R,S,C][K/4] with K padded to 64, y [N,P,Q,K]. One workgroup: a tile, sixteen of the R*S*C products at a time.
// One invocation: eight pixels (every eighth from its own) by eight filters (two vectors, eight vectors apart).
struct Params {
  x: Image, y: Image, residual: Image, pixels: u32, w_quads: u32, products: u32, columns: u32, channels: u32,
  stride_h: u32, stride_w: u32, pad_top: u32, pad_left: u32, dilation_h: u32, dilation_w: u32, low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<Quad>;
const STEP = 16u;
var<workgroup> sh_x: array<vec4f, 256>;  // [pixel][four of the products]
var<workgroup> sh_w: array<vec4f, 256>;  // [product][four of the filters]

// Four channels under a tap, or zeros where the kernel hangs over the edge: above it and left of it the subtraction wraps.
fn load(at: Place, m: u32, tap: u32, c: u32, valid: bool) -> vec4f {
  let h = at.h * params.stride_h + tap / params.columns * params.dilation_h - params.pad_top;
  let v = at.w * params.stride_w + tap % params.columns * params.dilation_w - params.pad_left;
  if (!valid || m >= params.pixels || h >= params.x.height || v >= params.x.width) { return vec4f(0.0); }
  return vec4f(x[address(params.x, Place(at.n, h, v, c)) / 4u]);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
  let first = id.x * 64u;
  var mine: array<Place, 4>;
  for (var j = 0u; j < 4u; j++) { mine[j] = pixel_place(params.y, first + local / 4u + 16u * j); }
  var tap = 0u;
  var c = (local % 4u) * 4u;
  var sum: array<vec4f, 16>;
  for (var start = 0u; start < params.products; start += STEP) {
    while (c >= params.channels) {
      c -= params.channels;
      tap++;
    }
    let valid = start + (local % 4u) * 4u < params.products;
    for (var j = 0u; j < 4u; j++) {
      sh_x[local + 64u * j] = load(mine[j], first + local / 4u + 16u * j, tap, c, valid);
      let product = start + local / 16u + 4u * j;
      var weights = vec4f(0.0);
      if (product < params.products) { weights = w[product * params.w_quads + id.y * 16u + local % 16u]; }
      sh_w[local + 64u * j] = weights;
    }
    workgroupBarrier();
    for (var k = 0u; k < STEP / 4u; k++) {
      let row = k * 64u + local % 8u;
      let near = mat4x4f(sh_w[row], sh_w[row + 16u], sh_w[row + 32u], sh_w[row + 48u]);
      let far = mat4x4f(sh_w[row + 8u], sh_w[row + 24u], sh_w[row + 40u], sh_w[row + 56u]);
      for (var i = 0u; i < 8u; i++) {
        let held = sh_x[(local / 8u + 8u * i) * 4u + k];
        sum[2u * i] += near * held;
        sum[2u * i + 1u] += far * held;
      }
    }
    workgroupBarrier();
    c += STEP;
  }
  for (var i = 0u; i < 8u; i++) {
    let m = first + local / 8u + 8u * i;
    if (m >= params.pixels) { continue; }
    var at = pixel_place(params.y, m);
    for (var j = 0u; j < 2u; j++) {
      at.c = (id.y * 16u + local % 8u + 8u * j) * 4u;
      if (at.c >= params.y.written) { continue; }
      let value = activate(sum[2u * i + j] + load_bias(at.c) + load_residual(at));
      y[address(params.y, at) / 4u] = Quad(select(vec4f(0.0), value, kept(params.y, at.c)));
    }
  }
}
