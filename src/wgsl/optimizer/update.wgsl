// What every update of a parameter shares. Frame: each, an item going through the numbers in steps of `count`. Nothing changes where
// `control` says so. Joined with `fn updated(i: u32, old: Numbers, gradient: Numbers, told: Told) -> Numbers`, which also changes
// the state beside the parameter.
struct Update { elements: u32, items: u32, rate_scale: f32, decay: f32, clip: f32, spare_0: u32, spare_1: u32, spare_2: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> step: array<f32>;
@group(0) @binding(2) var<storage, read> control: array<f32>;
@group(0) @binding(3) var<storage, read> g: array<Numbers>;
@group(0) @binding(4) var<storage, read_write> w: array<Numbers>;

// What is the same for all numbers of a step; on the optimizer's first step there is no state yet.
struct Told { rate: f32, decay: f32, first: bool, correction1: f32, root2: f32 }

fn item(first: u32) {
  if (control[0] == 0.0) { return; }
  let told = Told(step[0] * params.update.rate_scale, params.update.decay, step[2] == 1.0, step[3], sqrt(step[4]));
  let multiplier = control[1];
  let limit = Numbers(params.update.clip);
  for (var i = first; i < params.update.items; i += params.count) {
    let old = w[i];
    let made = updated(i, old, clamp(g[i] * multiplier, -limit, limit), told);
    // Behind the last number lies whatever the gradient has there, which could be NaN.
    w[i] = select(old, made, within(i, params.update.elements));
  }
}
