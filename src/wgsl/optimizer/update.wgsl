// What every update of a parameter shares. Frame: each, an item going through vectors of four in steps of `count`. Nothing changes where
// `control` says so. Joined with `fn updated(i: u32, old: vec4f, gradient: vec4f, told: Told) -> vec4f`, which also changes
// the state beside the parameter.
struct Update { elements: u32, rate_scale: f32, decay: f32, clip: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> step: array<f32>;
@group(0) @binding(2) var<storage, read> control: array<f32>;
@group(0) @binding(3) var<storage, read> g: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> w: array<vec4f>;

// What is the same for all numbers of a step; on the optimizer's first step there is no state yet.
struct Told { rate: f32, decay: f32, first: bool, correction1: f32, root2: f32 }

fn item(first: u32) {
  if (control[0] == 0.0) { return; }
  let told = Told(step[0] * params.update.rate_scale, params.update.decay, step[2] == 1.0, step[3], sqrt(step[4]));
  let multiplier = control[1];
  let limit = vec4f(params.update.clip);
  for (var i = first; 4u * i < params.update.elements; i += params.count) {
    let old = w[i];
    let made = updated(i, old, clamp(g[i] * multiplier, -limit, limit), told);
    // Behind the last number lies whatever the gradient has there, which could be NaN.
    w[i] = select(old, made, within(i, params.update.elements));
  }
}
