// GELU, from its input: Phi(v) + v phi(v), phi being the normal density. Phi as activate_gelu.wgsl has it: below sqrt 2 in size
// 1/2 plus an odd polynomial, beyond by Mills' ratio.
fn gradient(v: vec4f, dy: vec4f) -> vec4f {
  let s = min(v * v, vec4f(2.0));
  var odd = vec4f(4.3386768619e-7);
  odd = odd * s - 8.85009239896e-6;
  odd = odd * s + 1.14646919708e-4;
  odd = odd * s - 1.18678202858e-3;
  odd = odd * s + 9.97337447017e-3;
  odd = odd * s - 6.64903569479e-2;
  odd = odd * s + 0.398942279918;
  let a = min(abs(v), vec4f(14.0));
  let t = 1.0 / (max(a, vec4f(1.4)) + 2.5);
  var mills = vec4f(41.8779982);
  mills = mills * t - 45.8418885;
  mills = mills * t + 10.4301754;
  mills = mills * t + 2.13897988;
  mills = mills * t + 2.1754384;
  mills = mills * t + 0.994170312;
  mills = mills * t + 0.398994114;
  let e = exp(-0.5 * a * a);
  let tail = t * mills * e;
  let beyond = select(1.0 - tail, tail, v < vec4f(0.0));
  let slant = 0.398942280401 * a * e;
  let phi = select(beyond, 0.5 + v * odd, abs(v) < vec4f(1.41421356));
  return dy * (phi + select(slant, -slant, v < vec4f(0.0)));
}
