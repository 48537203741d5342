// The gradient of a convolution's filters as a matrix product in tiles of 64 filters by 64 of their weights, by way of workgroup
// memory: for real GPUs. x [N,H,W,C], dy [N,P,Q,K], dw [chunk][K,C,R,S]. A filter's weights are gone through tap by tap, each
// tap's channels padded as x pads them. One workgroup: a tile, over the pixels of a chunk, sixteen at a time.
// One invocation: eight filters by eight weights, each two vectors, eight vectors apart.
struct Params {
  x: Image, dy: Image, pixels: u32, chunk: u32, channels: u32, columns: u32, taps: u32,
  stride_h: u32, stride_w: u32, pad_top: u32, pad_left: u32, dilation_h: u32, dilation_w: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;
const STEP = 16u;
var<workgroup> sh_x: array<vec4f, 256>;  // [pixel][four of the weights]
var<workgroup> sh_dy: array<vec4f, 256>;  // [pixel][four of the filters]

// What four weights of a tap see from a pixel of dy, or zeros where the kernel hangs over the edge: above it and left of it the
// subtraction wraps.
fn load(at: Place, tap: u32, c: u32) -> vec4f {
  let h = at.h * params.stride_h + tap / params.columns * params.dilation_h - params.pad_top;
  let v = at.w * params.stride_w + tap % params.columns * params.dilation_w - params.pad_left;
  if (tap >= params.taps || h >= params.x.height || v >= params.x.width) { return vec4f(0.0); }
  return vec4f(x[address(params.x, Place(at.n, h, v, c)) / 4u]);
}

fn store(sums: vec4f, weight: u32, k: u32, chunk: u32) {
  let tap = weight / params.x.written;
  let c = weight % params.x.written;
  if (tap >= params.taps || c >= params.channels) { return; }
  for (var lane = 0u; lane < 4u; lane++) {
    if (k + lane >= params.dy.channels) { return; }
    let plane = (chunk * params.dy.channels + k + lane) * params.channels + c;
    dw[plane * params.taps + tap] = sums[lane];
  }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
  let weight = (id.x * 16u + local % 16u) * 4u;
  let tap = weight / params.x.written;
  let c = weight % params.x.written;
  let k = (id.y * 16u + local % 16u) * 4u;
  let end = min((id.z + 1u) * params.chunk, params.pixels);
  var sums: array<vec4f, 16>;
  for (var start = id.z * params.chunk; start < end; start += STEP) {
    for (var j = 0u; j < 4u; j++) {
      let pixel = start + local / 16u + 4u * j;
      var seen = vec4f(0.0);
      var given = vec4f(0.0);
      if (pixel < end) {
        var at = pixel_place(params.dy, pixel);
        seen = load(at, tap, c);
        at.c = k;
        if (k < params.dy.written) { given = vec4f(dy[address(params.dy, at) / 4u]); }
      }
      sh_x[local + 64u * j] = seen;
      sh_dy[local + 64u * j] = given;
    }
    workgroupBarrier();
    for (var pixel = 0u; pixel < STEP; pixel++) {
      let near = sh_dy[pixel * 16u + local % 8u];
      let far = sh_dy[pixel * 16u + local % 8u + 8u];
      for (var j = 0u; j < 2u; j++) {
        let seen = sh_x[pixel * 16u + local / 8u + 8u * j];
        for (var lane = 0u; lane < 4u; lane++) {
          sums[8u * j + 2u * lane] += near * seen[lane];
          sums[8u * j + 2u * lane + 1u] += far * seen[lane];
        }
      }
    }
    workgroupBarrier();
  }
  for (var j = 0u; j < 8u; j++) {
    let mine = (id.x * 16u + local / 8u + 8u * (j / 4u)) * 4u + j % 4u;
    let filters = (id.y * 16u + local % 8u) * 4u;
    store(sums[2u * j], mine, filters, id.z);
    store(sums[2u * j + 1u], mine, filters + 32u, id.z);
  }
}
