// A weight for each class.
@group(0) @binding(4) var<storage, read> w: array<f32>;

fn class_weight(c: u32) -> f32 {
  return w[min(c, params.targets.classes - 1u)];
}

fn class_weights(c: u32) -> vec4f {
  return vec4f(class_weight(c), class_weight(c + 1u), class_weight(c + 2u), class_weight(c + 3u));
}
