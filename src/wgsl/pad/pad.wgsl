// A border of one value around an image. x [N,H,W,C], y [N,top+H+bottom,left+W+right,C]. One invocation: four channels of a pixel.
struct Params {
  count: u32, quads: u32, channels: u32, height: u32, width: u32, out_h: u32, out_w: u32, top: u32, left: u32,
  x_offset: u32, x_image: u32, x_row: u32, x_pixel: u32, y_offset: u32, y_image: u32, y_row: u32, y_pixel: u32,
  border: f32,
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
  let h = p - params.top;
  let w = q - params.left;
  var value = vec4f(params.border);
  if (h < params.height && w < params.width) {  // before the image the subtractions wrap to large numbers
    value = x[(params.x_offset + n * params.x_image + h * params.x_row + w * params.x_pixel + c) / 4u];
  }
  let keep = vec4u(c, c + 1u, c + 2u, c + 3u) < vec4u(params.channels);
  y[(params.y_offset + n * params.y_image + p * params.y_row + q * params.y_pixel + c) / 4u] = select(vec4f(0.0), value, keep);
}
