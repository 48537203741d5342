// Hard swish, from its input: v / 3 + 1/2 from -3 up to 3, both included, as torch 1.13 has it.
fn gradient(v: vec4f, dy: vec4f) -> vec4f {
  let between = select(dy, dy * (v / 3.0 + 0.5), v <= vec4f(3.0));
  return select(between, vec4f(0.0), v < vec4f(-3.0));
}
