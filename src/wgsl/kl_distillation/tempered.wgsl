// The softmax of a row of logits divided by the temperature, after subtracting the largest.
struct Tempered { top: f32, sum: f32 }

fn below(x: vec4f, over: Tempered) -> vec4f {
  return (x - over.top) / params.temperature;
}

fn probability(x: vec4f, over: Tempered) -> vec4f {
  return exp(below(x, over)) / over.sum;
}

fn tempered_x(row: u32, first: u32) -> Tempered {
  let quads = params.x.written / 4u;
  var most = vec4f(f32(x[row].x));
  for (var quad = first; quad < quads; quad += SHARES) {
    most = select(most, max(most, vec4f(x[row + quad])), kept(params.x, 4u * quad));
  }
  let top = largest(most, first);
  var sums = vec4f(0.0);
  for (var quad = first; quad < quads; quad += SHARES) {
    sums += select(vec4f(0.0), exp(below(vec4f(x[row + quad]), Tempered(top, 1.0))), kept(params.x, 4u * quad));
  }
  return Tempered(top, total(sums, first));
}

fn tempered_t(row: u32, first: u32) -> Tempered {
  let quads = params.t.written / 4u;
  var most = vec4f(f32(t[row].x));
  for (var quad = first; quad < quads; quad += SHARES) {
    most = select(most, max(most, vec4f(t[row + quad])), kept(params.t, 4u * quad));
  }
  let top = largest(most, first);
  var sums = vec4f(0.0);
  for (var quad = first; quad < quads; quad += SHARES) {
    sums += select(vec4f(0.0), exp(below(vec4f(t[row + quad]), Tempered(top, 1.0))), kept(params.t, 4u * quad));
  }
  return Tempered(top, total(sums, first));
}
