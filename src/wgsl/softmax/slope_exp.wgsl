// Of p = softmax(x): dx = p (dy - sum(dy p)).
fn part(p: vec4f, dy: vec4f) -> vec4f {
  return dy * p;
}
fn sloped(p: vec4f, dy: vec4f, sum: f32) -> vec4f {
  return p * (dy - sum);
}
