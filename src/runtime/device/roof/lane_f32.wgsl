// What multiply-adds are done on: 32-bit numbers.
alias Lane = f32;
