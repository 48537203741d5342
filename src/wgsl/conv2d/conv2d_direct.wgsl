// Convolution by its definition: any kernel size, stride, padding, dilation and groups, weights as PyTorch holds them.
// x [N,H,W,C], w [K,C/groups,R,S], y [N,P,Q,K]. One invocation: one pixel, four output channels.
struct Params {
  count: u32, height: u32, width: u32, filters: u32, channels: u32, group: u32, kernel_h: u32, kernel_w: u32,
  stride_h: u32, stride_w: u32, pad_top: u32, pad_left: u32, dilation_h: u32, dilation_w: u32, out_h: u32, out_w: u32,
  x_offset: u32, x_image: u32, x_row: u32, x_pixel: u32, y_offset: u32, y_image: u32, y_row: u32, y_pixel: u32,
  r_offset: u32, r_image: u32, r_row: u32, r_pixel: u32, quads: u32, low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups, 64u);
  if (i >= params.count) { return; }
  let k0 = (i % params.quads) * 4u;
  let q = (i / params.quads) % params.out_w;
  let p = (i / (params.quads * params.out_w)) % params.out_h;
  let n = i / (params.quads * params.out_w * params.out_h);
  let taps = params.kernel_h * params.kernel_w;
  var sum = vec4f(0.0);
  for (var lane = 0u; lane < 4u; lane++) {
    let k = k0 + lane;
    if (k >= params.filters) { break; }
    let first = (k / params.group) * params.channels;
    var acc = 0.0;
    for (var r = 0u; r < params.kernel_h; r++) {
      let h = p * params.stride_h + r * params.dilation_h - params.pad_top;
      if (h >= params.height) { continue; }  // above the image the subtraction wraps to a large number
      for (var s = 0u; s < params.kernel_w; s++) {
        let v = q * params.stride_w + s * params.dilation_w - params.pad_left;
        if (v >= params.width) { continue; }
        let base = params.x_offset + n * params.x_image + h * params.x_row + v * params.x_pixel + first;
        let tap = k * params.channels * taps + r * params.kernel_w + s;
        for (var c = 0u; c < params.channels; c++) {
          acc = fma(x[base + c], w[tap + c * taps], acc);
        }
      }
    }
    sum[lane] = acc;
  }
  let keep = vec4u(k0, k0 + 1u, k0 + 2u, k0 + 3u) < vec4u(params.filters);
  let value = activate(sum + load_bias(k0) + load_residual(n, p, q, k0));
  y[(params.y_offset + n * params.y_image + p * params.y_row + q * params.y_pixel + k0) / 4u] = select(vec4f(0.0), value, keep);
}
