// Probabilities by softmax, of which the exponentials' sum may have one term more that belongs to no class: exp(-j), "rubbish" (LeCun et
// al. 1998, equation 9). Nothing overflows, as the largest is subtracted.
struct Normaliser { top: f32, sum: f32 }

fn normaliser(row: u32, first: u32) -> Normaliser {
  let quads = params.x.written / 4u;
  let one = f32(x[row].x);
  var most = vec4f(select(one, max(one, -params.rubbish), params.has_rubbish == 1u));
  for (var quad = first; quad < quads; quad += SHARES) {
    most = select(most, max(most, vec4f(x[row + quad])), kept(params.x, 4u * quad));
  }
  let top = largest(most, first);
  var sums = vec4f(0.0);
  for (var quad = first; quad < quads; quad += SHARES) {
    sums += select(vec4f(0.0), exp(vec4f(x[row + quad]) - top), kept(params.x, 4u * quad));
  }
  let rubbish = select(0.0, exp(-params.rubbish - top), params.has_rubbish == 1u);
  return Normaliser(top, total(sums, first) + rubbish);
}

// The negative logarithm of the probability.
fn surprise(x: vec4f, over: Normaliser) -> vec4f {
  return (over.top - x) + log(over.sum);
}

fn probability(x: vec4f, over: Normaliser) -> vec4f {
  return exp(x - over.top) / over.sum;
}
