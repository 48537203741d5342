// Which pixel of each window max pooling takes. x [N,H,W,C], choices [N,P,Q,C/4]. Frame: each_run along windows.
struct Params {
  x: Image, dy: Image, count: u32, quads: u32, pixels: u32, length: u32,
  kernel_h: u32, kernel_w: u32, stride_h: u32, stride_w: u32, pad_top: u32, pad_left: u32, dilation_h: u32, dilation_w: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(4) var<storage, read_write> choices: array<Packed>;

fn run(i: u32, first: u32, pixels: u32, c: u32) {
  var at = run_place(params.dy, first, c);
  for (var done = 0u; done < pixels; done++) {
    choices[(first + done) * params.quads + c / 4u] = packed(choose(at));
    at = following(params.dy, at);
  }
}
