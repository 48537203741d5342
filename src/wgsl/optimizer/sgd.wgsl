// Gradient descent, with the weight decay of torch: as part of the gradient.
struct Params { update: Update, count: u32, momentum: f32, fresh: f32, nesterov: u32 }

fn updated(i: u32, old: vec4f, gradient: vec4f, told: Told) -> vec4f {
  return old - told.rate * direction(i, gradient + told.decay * old, told);
}
