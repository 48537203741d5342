// What multiply-adds are done on: 16-bit numbers.
alias Lane = f16;
