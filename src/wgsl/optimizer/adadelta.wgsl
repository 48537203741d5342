// Adadelta (Zeiler 2012, algorithm 1), eps within the roots.
struct Params { update: Update, count: u32, rho: f32, fresh: f32, eps: f32 }
@group(0) @binding(5) var<storage, read_write> square_avg: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> acc_delta: array<vec4f>;

fn updated(i: u32, old: vec4f, gradient: vec4f, told: Told) -> vec4f {
  let d = gradient + told.decay * old;
  let square = params.rho * square_avg[i] + params.fresh * d * d;
  square_avg[i] = square;
  let delta = sqrt(acc_delta[i] + params.eps) / sqrt(square + params.eps) * d;
  acc_delta[i] = params.rho * acc_delta[i] + params.fresh * delta * delta;
  return old - told.rate * delta;
}
