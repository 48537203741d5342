// shadow = d shadow + (1 - d) w, once an update. Frame: each, an item being four numbers.
struct Params { count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> step: array<f32>;
@group(0) @binding(2) var<storage, read> control: array<f32>;
@group(0) @binding(3) var<storage, read> w: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> shadow: array<vec4f>;

fn item(i: u32) {
  if (control[0] == 0.0) { return; }
  let old = shadow[i];
  shadow[i] = old + (1.0 - step[6]) * (w[i] - old);
}
