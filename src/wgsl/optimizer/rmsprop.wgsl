// RMSprop (Hinton, Srivastava, Swersky 2012, lecture 6e), eps outside the root.
struct Params { update: Update, count: u32, alpha: f32, fresh: f32, eps: f32, momentum: f32 }
@group(0) @binding(5) var<storage, read_write> square_avg: array<vec4f>;

fn updated(i: u32, old: vec4f, gradient: vec4f, told: Told) -> vec4f {
  let d = gradient + told.decay * old;
  let square = params.alpha * square_avg[i] + params.fresh * d * d;
  square_avg[i] = square;
  return old - told.rate * direction(i, d / (sqrt(variance(i, square, d)) + params.eps));
}
