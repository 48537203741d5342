// The mean square as it is.
fn variance(i: u32, square: Numbers, d: Numbers) -> Numbers {
  return square;
}
