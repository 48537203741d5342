// Four rows of two matrices of sums of a subgroup; why not an array, matrices_2x2.wgsl says.
alias Matrix = subgroup_matrix_result<f32, N, M>;
struct Sums { s00: Matrix, s01: Matrix, s10: Matrix, s11: Matrix, s20: Matrix, s21: Matrix, s30: Matrix, s31: Matrix }
const ROWS = 4u;
const COLUMNS = 2u;

// K more of the products.
fn add_products(sums: Sums, at_x: u32, at_w: u32) -> Sums {
  let x0 = subgroupMatrixLoad<subgroup_matrix_left<f16, K, M>, row_major>(&sh_x, at_x, PITCH_X);
  let x1 = subgroupMatrixLoad<subgroup_matrix_left<f16, K, M>, row_major>(&sh_x, at_x + M * PITCH_X, PITCH_X);
  let x2 = subgroupMatrixLoad<subgroup_matrix_left<f16, K, M>, row_major>(&sh_x, at_x + 2u * M * PITCH_X, PITCH_X);
  let x3 = subgroupMatrixLoad<subgroup_matrix_left<f16, K, M>, row_major>(&sh_x, at_x + 3u * M * PITCH_X, PITCH_X);
  let w0 = subgroupMatrixLoad<subgroup_matrix_right<f16, N, K>, row_major>(&sh_w, at_w, PITCH_W);
  let w1 = subgroupMatrixLoad<subgroup_matrix_right<f16, N, K>, row_major>(&sh_w, at_w + N / 4u, PITCH_W);
  return Sums(
    subgroupMatrixMultiplyAccumulate(x0, w0, sums.s00),
    subgroupMatrixMultiplyAccumulate(x0, w1, sums.s01),
    subgroupMatrixMultiplyAccumulate(x1, w0, sums.s10),
    subgroupMatrixMultiplyAccumulate(x1, w1, sums.s11),
    subgroupMatrixMultiplyAccumulate(x2, w0, sums.s20),
    subgroupMatrixMultiplyAccumulate(x2, w1, sums.s21),
    subgroupMatrixMultiplyAccumulate(x3, w0, sums.s30),
    subgroupMatrixMultiplyAccumulate(x3, w1, sums.s31),
  );
}

// A row of them, for all invocations to read.
fn share_row(sums: Sums, i: u32, at: u32) {
  switch i {
    case 0u: {
      subgroupMatrixStore<row_major>(&sh_y, at, sums.s00, PITCH_Y);
      subgroupMatrixStore<row_major>(&sh_y, at + N / 4u, sums.s01, PITCH_Y);
    }
    case 1u: {
      subgroupMatrixStore<row_major>(&sh_y, at, sums.s10, PITCH_Y);
      subgroupMatrixStore<row_major>(&sh_y, at + N / 4u, sums.s11, PITCH_Y);
    }
    case 2u: {
      subgroupMatrixStore<row_major>(&sh_y, at, sums.s20, PITCH_Y);
      subgroupMatrixStore<row_major>(&sh_y, at + N / 4u, sums.s21, PITCH_Y);
    }
    default: {
      subgroupMatrixStore<row_major>(&sh_y, at, sums.s30, PITCH_Y);
      subgroupMatrixStore<row_major>(&sh_y, at + N / 4u, sums.s31, PITCH_Y);
    }
  }
}
