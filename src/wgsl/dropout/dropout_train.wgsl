// Zeroes elements by chance, and scales the others; a random word of four decides for each of four channels. x, y [N,H,W,C].
// Frame: each_quad.
struct Params { x: Image, y: Image, count: u32, key: u32, dropped: u32, scale: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
// Seed, step (low, high), nothing.
@group(0) @binding(3) var<storage, read> random: array<u32>;

fn quad(at: Place) -> vec4f {
  let pixel = (at.n * params.y.height + at.h) * params.y.width + at.w;
  // Of the image's own channels: how far memory is padded must not matter.
  let vector = pixel * ((params.y.channels + 3u) / 4u) + at.c / 4u;
  let words = philox(vec4u(vector, random[1], random[2], params.key), vec2u(random[0], 0u));
  return select(vec4f(0.0), vec4f(x[address(params.x, at) / 4u]) * params.scale, words >= vec4u(params.dropped));
}
