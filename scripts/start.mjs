// `npm start [-- IMAGE... FLAGS]`: sets up what is missing, builds if needed, and reads digits, or classifies pictures.
import { build, buildIsStale } from './build.mjs';
import { adapterName, npmSwiftShaderIsHere } from './drivers.mjs';
import { run, say } from './run.mjs';
import { setUp } from './setup.mjs';

const valued = ['--model', '--weights', '--hub', '--top', '--driver', '--seed'];

const args = process.argv.slice(2);
const images = args.filter((arg, i) => (arg === '-' || !arg.startsWith('-')) && !valued.includes(args[i - 1]));
// Whoever names no picture sees what needs no network; whoever names a model without one sees the picture drawn here.
const asks = ['--model', '--weights', '--hub', '--top', '--sample'].some((flag) =>
  args.some((arg) => arg.startsWith(flag)),
);
const command = images.length > 0 ? ['classify'] : asks ? ['classify', '--sample'] : ['digits'];

setUp();
if (buildIsStale()) {
  say('building');
  if (build() !== 0) process.exit(1);
}
if (!adapterName()) {
  if (npmSwiftShaderIsHere()) say('no GPU driver found: SwiftShader from npm plays the GPU on the CPU, which is slow');
  else say('no GPU driver found, and there is no software driver on npm for this machine');
}
process.exitCode = run(process.execPath, ['dist/node/cli/main.js', ...command, ...args]);
