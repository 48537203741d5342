// What the images of a batch weigh together in a mean: y [1]. Frame: whole or whole_wide, an item being an image.
struct Params { t: Image, targets: Targets, count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn whole(first: u32) {
  var part = vec2f(0.0);
  for (var i = first; i < params.count; i += SHARES) { part.x += weight_of(Place(i, 0u, 0u, 0u)); }
  let weight = total(part, first).x;
  if (first == 0u) { y[0] = weight; }
}
