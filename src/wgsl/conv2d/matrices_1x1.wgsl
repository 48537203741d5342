// The one matrix of sums of a subgroup.
alias Matrix = subgroup_matrix_result<f32, N, M>;
struct Sums { s00: Matrix }
const ROWS = 1u;
const COLUMNS = 1u;

// K more of the products.
fn add_products(sums: Sums, at_x: u32, at_w: u32) -> Sums {
  let x0 = subgroupMatrixLoad<subgroup_matrix_left<f16, K, M>, row_major>(&sh_x, at_x, PITCH_X);
  let w0 = subgroupMatrixLoad<subgroup_matrix_right<f16, N, K>, row_major>(&sh_w, at_w, PITCH_W);
  return Sums(
    subgroupMatrixMultiplyAccumulate(x0, w0, sums.s00),
  );
}

// A row of them, for all invocations to read.
fn share_row(sums: Sums, i: u32, at: u32) {
  subgroupMatrixStore<row_major>(&sh_y, at, sums.s00, PITCH_Y);
}
