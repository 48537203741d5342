// Adagrad (Duchi, Hazan, Singer 2011). The step's first correction is what the rate is divided by.
struct Params { update: Update, count: u32, eps: f32 }
@group(0) @binding(5) var<storage, read_write> sum: array<vec4f>;

fn updated(i: u32, old: vec4f, gradient: vec4f, told: Told) -> vec4f {
  let d = gradient + told.decay * old;
  let squares = sum[i] + d * d;
  sum[i] = squares;
  return old - (told.rate / told.correction1) * (d / (sqrt(squares) + params.eps));
}
