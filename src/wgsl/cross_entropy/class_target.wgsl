// Targets that are class numbers: t [N,1]. Any other number makes NaN, so that nobody trains on it unaware.
@group(0) @binding(3) var<storage, read> t: array<f32>;

fn label(at: Place) -> f32 {
  return f32(t[address(params.t, Place(at.n, 0u, 0u, 0u))]);
}

fn ignored(at: Place) -> bool {
  return params.targets.ignores == 1u && label(at) == params.targets.ignored;
}

fn is_class(number: f32) -> bool {
  return number >= 0.0 && number < f32(params.targets.classes) && number == floor(number);
}

// What the image weighs in a mean.
fn weight_of(at: Place) -> f32 {
  if (ignored(at)) { return 0.0; }
  if (!is_class(label(at))) { return bitcast<f32>(params.targets.nan); }
  return class_weight(u32(label(at)));
}

// How much of the classes from c on is wanted, times what they weigh.
fn wanted(at: Place, c: u32) -> vec4f {
  if (ignored(at)) { return vec4f(0.0); }
  if (!is_class(label(at))) { return vec4f(bitcast<f32>(params.targets.nan)); }
  let own = vec4u(c, c + 1u, c + 2u, c + 3u) == vec4u(u32(label(at)));
  return class_weights(c) * select(vec4f(params.targets.even), vec4f(params.targets.own), own);
}
