// Zeroes images by chance, and scales the others. x, y [N,H,W,C]. Frame: each_quad.
struct Params { x: Image, y: Image, count: u32, key: u32, dropped: u32, scale: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
// Seed, step (low, high), nothing.
@group(0) @binding(3) var<storage, read> random: array<u32>;

fn quad(at: Place) -> vec4f {
  let word = philox(vec4u(at.n, random[1], random[2], params.key), vec2u(random[0], 0u)).x;
  if (word < params.dropped) { return vec4f(0.0); }
  return vec4f(x[address(params.x, at) / 4u]) * params.scale;
}
