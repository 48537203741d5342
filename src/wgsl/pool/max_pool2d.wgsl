// Max pooling: outside the image is -infinity, and a NaN wins, as in torch. x [N,H,W,C], y [N,P,Q,C].
// One invocation: one pixel of y, four channels.
struct Params {
  count: u32, quads: u32, channels: u32, height: u32, width: u32, out_h: u32, out_w: u32,
  kernel_h: u32, kernel_w: u32, stride_h: u32, stride_w: u32, pad_top: u32, pad_left: u32, dilation_h: u32, dilation_w: u32,
  x_offset: u32, x_image: u32, x_row: u32, x_pixel: u32, y_offset: u32, y_image: u32, y_row: u32, y_pixel: u32,
  lowest: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups, 64u);
  if (i >= params.count) { return; }
  let c = (i % params.quads) * 4u;
  let q = (i / params.quads) % params.out_w;
  let p = (i / (params.quads * params.out_w)) % params.out_h;
  let n = i / (params.quads * params.out_w * params.out_h);
  let base = params.x_offset + n * params.x_image + c;
  var best = vec4f(params.lowest);
  for (var r = 0u; r < params.kernel_h; r++) {
    let h = p * params.stride_h + r * params.dilation_h - params.pad_top;
    if (h >= params.height) { continue; }  // above the image the subtraction wraps to a large number
    for (var s = 0u; s < params.kernel_w; s++) {
      let w = q * params.stride_w + s * params.dilation_w - params.pad_left;
      if (w >= params.width) { continue; }
      let v = x[(base + h * params.x_row + w * params.x_pixel) / 4u];
      // By its bits, because a compiler may take it that no float is a NaN.
      let nan = (bitcast<vec4u>(v) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
      best = select(best, v, (v > best) | nan);
    }
  }
  let keep = vec4u(c, c + 1u, c + 2u, c + 3u) < vec4u(params.channels);
  y[(params.y_offset + n * params.y_image + p * params.y_row + q * params.y_pixel + c) / 4u] = select(vec4f(0.0), best, keep);
}
