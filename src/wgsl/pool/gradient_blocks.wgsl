// As gradient_pixels.wgsl for windows without dilation and strides of at most 2, a block of STRIDE_H x STRIDE_W pixels at a time: all of
// a block lie in the same WINDOWS_H x WINDOWS_W windows, if they reach so far, and each of these is visited once. Blocks begin in the
// padding, where window 0 does. The sums have names because software drivers keep an array in memory. Frame: each_run along blocks.
struct Params {
  x: Image, dy: Image, dx: Image, blocks: Image, count: u32, quads: u32, pixels: u32, length: u32,
  kernel_h: u32, kernel_w: u32, stride_h: u32, stride_w: u32, pad_top: u32, pad_left: u32, pad_bottom: u32, pad_right: u32,
  dilation_h: u32, dilation_w: u32, include_padding: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read_write> dx: array<Quad>;
@group(0) @binding(3) var<storage, read> dy: array<vec4f>;

fn run(i: u32, first: u32, pixels: u32, c: u32) {
  var at = run_place(params.blocks, first, c);
  for (var done = 0u; done < pixels; done++) {
    block(at);
    at = following(params.blocks, at);
  }
}

fn block(at: Place) {
  var s00 = vec4f(0.0);
  var s01 = vec4f(0.0);
  var s10 = vec4f(0.0);
  var s11 = vec4f(0.0);
  for (var j = 0u; j < WINDOWS_H; j++) {
    for (var i = 0u; i < WINDOWS_W; i++) {
      // Before the first window the subtraction wraps to a large number.
      let p = at.h - j;
      let q = at.w - i;
      if (p >= params.dy.height || q >= params.dy.width) { continue; }
      let window = visit(Place(at.n, p, q, at.c));
      let r = j * STRIDE_H;
      let s = i * STRIDE_W;
      s00 += given(window, r, s);
      if (STRIDE_W == 2u) { s01 += given(window, r, s + 1u); }
      if (STRIDE_H == 2u) { s10 += given(window, r + 1u, s); }
      if (STRIDE_H == 2u && STRIDE_W == 2u) { s11 += given(window, r + 1u, s + 1u); }
    }
  }
  put(at, 0u, 0u, s00);
  if (STRIDE_W == 2u) { put(at, 0u, 1u, s01); }
  if (STRIDE_H == 2u) { put(at, 1u, 0u, s10); }
  if (STRIDE_H == 2u && STRIDE_W == 2u) { put(at, 1u, 1u, s11); }
}

// What the window has for its pixel (r, s), if it reaches so far.
fn given(window: Window, r: u32, s: u32) -> vec4f {
  let reaches = r < params.kernel_h && s < params.kernel_w;
  return select(vec4f(0.0), part(window, r * params.kernel_w + s), reaches);
}

// Pixel (a, b) of the block, if it is one of the image's.
fn put(at: Place, a: u32, b: u32, sum: vec4f) {
  let h = at.h * STRIDE_H + a - params.pad_top;
  let w = at.w * STRIDE_W + b - params.pad_left;
  if (h >= params.dx.height || w >= params.dx.width) { return; }
  dx[address(params.dx, Place(at.n, h, w, at.c)) / 4u] = Quad(select(vec4f(0.0), sum, kept(params.dx, at.c)));
}
