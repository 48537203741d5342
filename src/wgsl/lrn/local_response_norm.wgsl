// Local response normalisation across channels (Krizhevsky et al. 2012, section 3.3, with torch's alpha / size):
// y[c] = x[c] / (k + alpha/size * sum of x[j]^2 for j = c - size/2 .. c + (size-1)/2)^beta.
// One invocation: four channels of a pixel.
struct Params {
  count: u32, height: u32, width: u32, quads: u32, channels: u32, before: u32, size: u32,
  x_offset: u32, x_image: u32, x_row: u32, x_pixel: u32, y_offset: u32, y_image: u32, y_row: u32, y_pixel: u32,
  scale: f32, beta: f32, k: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups, 64u);
  if (i >= params.count) { return; }
  let c0 = (i % params.quads) * 4u;
  let w = (i / params.quads) % params.width;
  let h = (i / (params.quads * params.width)) % params.height;
  let n = i / (params.quads * params.width * params.height);
  let base = params.x_offset + n * params.x_image + h * params.x_row + w * params.x_pixel;
  var value = vec4f(0.0);
  for (var lane = 0u; lane < 4u; lane++) {
    let c = c0 + lane;
    if (c >= params.channels) { break; }
    var squares = 0.0;
    for (var offset = 0u; offset < params.size; offset++) {
      let j = c + offset - params.before;
      if (j >= params.channels) { continue; }  // below the first channel the subtraction wraps to a large number
      squares = fma(x[base + j], x[base + j], squares);
    }
    value[lane] = x[base + c] * pow(params.k + params.scale * squares, -params.beta);
  }
  y[(params.y_offset + n * params.y_image + h * params.y_row + w * params.y_pixel + c0) / 4u] = value;
}
