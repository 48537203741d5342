// Adam (Kingma, Ba 2014, algorithm 1), with weight decay as part of the gradient or, decoupled, of the weight (Loshchilov, Hutter 2017).
struct Params {
  update: Update, count: u32, beta1: f32, fresh1: f32, beta2: f32, fresh2: f32, eps: f32, decoupled: u32,
}
@group(0) @binding(5) var<storage, read_write> exp_avg: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> exp_avg_sq: array<vec4f>;

fn updated(i: u32, old: vec4f, gradient: vec4f, told: Told) -> vec4f {
  let decoupled = params.decoupled == 1u;
  let d = gradient + select(told.decay, 0.0, decoupled) * old;
  let mean = params.beta1 * exp_avg[i] + params.fresh1 * d;
  let square = params.beta2 * exp_avg_sq[i] + params.fresh2 * d * d;
  exp_avg[i] = mean;
  exp_avg_sq[i] = square;
  let root = sqrt(most(i, square)) / told.root2 + params.eps;
  let kept = old * (1.0 - select(0.0, told.rate * told.decay, decoupled));
  return kept - (told.rate / told.correction1) * (mean / root);
}
