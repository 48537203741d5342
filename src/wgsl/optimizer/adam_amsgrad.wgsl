// The largest mean square so far (Reddi, Kale, Kumar 2018).
@group(0) @binding(7) var<storage, read_write> max_exp_avg_sq: array<vec4f>;

fn most(i: u32, square: vec4f) -> vec4f {
  let largest = max(max_exp_avg_sq[i], square);
  max_exp_avg_sq[i] = largest;
  return largest;
}
