// As gradient_pixels.wgsl for windows without dilation, a block of STRIDE_H x STRIDE_W pixels at a time: all of a block lie in the same
// WINDOWS_H x WINDOWS_W windows, if they reach so far, and each of these is visited once. Blocks begin in the padding, where window 0
// does. Frame: each_run along blocks.
struct Params {
  x: Image, dy: Image, dx: Image, blocks: Image, count: u32, quads: u32, pixels: u32, length: u32,
  kernel_h: u32, kernel_w: u32, stride_h: u32, stride_w: u32, pad_top: u32, pad_left: u32, pad_bottom: u32, pad_right: u32,
  dilation_h: u32, dilation_w: u32, include_padding: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(3) var<storage, read> dy: array<vec4f>;

fn run(i: u32, first: u32, pixels: u32, c: u32) {
  var at = run_place(params.blocks, first, c);
  for (var done = 0u; done < pixels; done++) {
    block(at);
    at = following(params.blocks, at);
  }
}

fn block(at: Place) {
  var sums: array<vec4f, STRIDE_H * STRIDE_W>;
  for (var j = 0u; j < WINDOWS_H; j++) {
    for (var i = 0u; i < WINDOWS_W; i++) {
      // Before the first window the subtraction wraps to a large number.
      let p = at.h - j;
      let q = at.w - i;
      if (p >= params.dy.height || q >= params.dy.width) { continue; }
      let window = visit(Place(at.n, p, q, at.c));
      for (var a = 0u; a < STRIDE_H; a++) {
        for (var b = 0u; b < STRIDE_W; b++) {
          let r = a + j * STRIDE_H;
          let s = b + i * STRIDE_W;
          let given = part(window, r * params.kernel_w + s);
          sums[a * STRIDE_W + b] += select(vec4f(0.0), given, r < params.kernel_h && s < params.kernel_w);
        }
      }
    }
  }
  let keep = kept(params.dx, at.c);
  for (var a = 0u; a < STRIDE_H; a++) {
    let h = at.h * STRIDE_H + a - params.pad_top;
    if (h >= params.dx.height) { continue; }
    for (var b = 0u; b < STRIDE_W; b++) {
      let w = at.w * STRIDE_W + b - params.pad_left;
      if (w >= params.dx.width) { continue; }
      dx[address(params.dx, Place(at.n, h, w, at.c)) / 4u] = select(vec4f(0.0), sums[a * STRIDE_W + b], keep);
    }
  }
}
