// Without momentum.
fn direction(i: u32, d: Numbers) -> Numbers {
  return d;
}
