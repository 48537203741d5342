// The parts of sums that conv2d_tile.wgsl has left, added up, always in the same order, then what follows a sum.
// parts [part][N,P,Q,K], y [N,P,Q,K]. Frame: each_quad.
struct Params {
  y: Image, residual: Image, count: u32, parts: u32, part_size: u32, has_bias: u32, has_residual: u32, low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> parts: array<vec4f>;

fn quad(at: Place) -> vec4f {
  let pixel = (at.n * params.y.height + at.h) * params.y.width + at.w;
  var at_part = (pixel * params.y.written + at.c) / 4u;
  var sum = vec4f(0.0);
  for (var part = 0u; part < params.parts; part++) {
    sum += parts[at_part];
    at_part += params.part_size / 4u;
  }
  return finished(sum, at);
}
