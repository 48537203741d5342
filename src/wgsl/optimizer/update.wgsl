// What every update of a parameter shares. Frame: each, an item being four numbers. Nothing changes where `control` says so. Joined with
// `fn updated(i: u32, old: vec4f, gradient: vec4f) -> vec4f`, which also changes the state beside the parameter.
struct Update { elements: u32, rate_scale: f32, decay: f32, clip: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> step: array<f32>;
@group(0) @binding(2) var<storage, read> control: array<f32>;
@group(0) @binding(3) var<storage, read> g: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> w: array<vec4f>;

fn item(i: u32) {
  if (control[0] == 0.0) { return; }
  let old = w[i];
  let gradient = clamp(g[i] * control[1], vec4f(-params.update.clip), vec4f(params.update.clip));
  let made = updated(i, old, gradient);
  // Behind the last number lies whatever the gradient has there, which could be NaN.
  w[i] = select(old, made, vec4u(4u * i) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.update.elements));
}

fn rate() -> f32 {
  return step[0] * params.update.rate_scale;
}

// On the optimizer's first step there is no state yet.
fn is_first() -> bool {
  return step[2] == 1.0;
}
