// What the windows that hold a pixel give to it: dx = sum of their parts. One pixel at a time, for windows of any kind.
// dy [N,P,Q,C], dx [N,H,W,C]. Frame: each_run. Joined with `fn visit(at: Place) -> Window`, what a window of dy has to give, and
// `fn part(window: Window, index: u32) -> vec4f`, what of it is for the pixel `index` of the window.
struct Params {
  x: Image, dy: Image, dx: Image, count: u32, quads: u32, pixels: u32, length: u32,
  kernel_h: u32, kernel_w: u32, stride_h: u32, stride_w: u32, pad_top: u32, pad_left: u32, pad_bottom: u32, pad_right: u32,
  dilation_h: u32, dilation_w: u32, include_padding: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read_write> dx: array<Quad>;
@group(0) @binding(3) var<storage, read> dy: array<vec4f>;

fn run(i: u32, first: u32, pixels: u32, c: u32) {
  let keep = kept(params.dx, c);
  var at = run_place(params.dx, first, c);
  for (var done = 0u; done < pixels; done++) {
    dx[address(params.dx, at) / 4u] = Quad(select(vec4f(0.0), gathered(at), keep));
    at = following(params.dx, at);
  }
}

fn gathered(at: Place) -> vec4f {
  var sum = vec4f(0.0);
  for (var r = 0u; r < params.kernel_h; r++) {
    // Above the first window the subtraction wraps to a large number.
    let h = at.h + params.pad_top - r * params.dilation_h;
    let p = h / params.stride_h;
    if (p >= params.dy.height || p * params.stride_h != h) { continue; }
    for (var s = 0u; s < params.kernel_w; s++) {
      let w = at.w + params.pad_left - s * params.dilation_w;
      let q = w / params.stride_w;
      if (q >= params.dy.width || q * params.stride_w != w) { continue; }
      sum += part(visit(Place(at.n, p, q, at.c)), r * params.kernel_w + s);
    }
  }
  return sum;
}
