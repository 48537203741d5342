// shadow = d shadow + (1 - d) w, once an update. Frame: each, an item going through vectors of four in steps of `count`.
struct Params { count: u32, elements: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> step: array<f32>;
@group(0) @binding(2) var<storage, read> control: array<f32>;
@group(0) @binding(3) var<storage, read> w: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> shadow: array<vec4f>;

fn item(first: u32) {
  if (control[0] == 0.0) { return; }
  let fresh = 1.0 - step[6];
  for (var i = first; 4u * i < params.elements; i += params.count) {
    let old = shadow[i];
    shadow[i] = old + fresh * (w[i] - old);
  }
}
